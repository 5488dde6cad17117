/** A small shop as another system exports it: names of its own, words of its own, enough to learn from. */

/** CSV of customers and orders, JSON Lines of products; ids are shared. */
export function ownShop(): { readonly customers: string; readonly products: string; readonly orders: string } {
  const range = (length: number) => Array.from({ length }, (_, index) => index + 1);
  const customers = range(60).map(
    (n) => `${n},c${n}@own.example,Ann ${n},${n % 5 === 0 ? 'no' : 'Yes'},${n % 2 ? 'tea' : 'cups'}`,
  );
  const products = range(40).map((n) =>
    JSON.stringify({
      sku: `p${n}`,
      name: n % 2 ? `Tea ${n}` : `Cup ${n}`,
      link: `https://own.example/p/${n}`,
      price: n + 0.5,
      currency: 'EUR',
      category: n % 2 ? 'tea' : 'cups',
      dimensions: { width: n },
    }),
  );
  const orders = range(1200).map((n) => {
    const customer = (n % 60) + 1;
    const product = ((n * 7) % 20) * 2 + (customer % 2 ? 1 : 2);
    return `${customer},p${product},${new Date(Date.UTC(2026, 0, 1) + n * 1_800_000).toISOString()},red,order`;
  });
  const csv = (header: string, rows: readonly string[]) => `${[header, ...rows].join('\n')}\n`;
  return {
    customers: csv('Customer ID,E-Mail,First Name,Newsletter,likes', customers),
    products: `${products.join('\n')}\n`,
    orders: csv('Customer ID,Product,Order Date,Colour,Event', orders),
  };
}
