/** Runs in a page: texts whose colours are too close (WCAG 2.2, large letters), pictures that are not drawn, and the page's width. */
(() => {
  const read = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const lightOf = (color) => {
    const [red, green, blue] = read(color).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element) => {
    if (element === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return read(backgroundColor)[3] === 0 ? groundOf(element.parentElement) : backgroundColor;
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: element, textContent: text } = walker.currentNode;
    if (!/[\p{L}\p{N}]/u.test(text) || element.getClientRects().length === 0) continue;
    const [front, back] = [lightOf(getComputedStyle(element).color), lightOf(groundOf(element))];
    const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    if (contrast < 3) faint.push(`${text.trim()}: ${contrast.toFixed(1)}`);
  }
  const undrawn = [...document.images].filter((image) => image.naturalWidth === 0).length;
  return { faint, undrawn, width: document.documentElement.scrollWidth };
})();
