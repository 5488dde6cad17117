import { printScore } from '../../../src/local/compute/scores-text';

describe('printScore', () => {
  it.each([
    [0, '0.0'],
    [1, '1.0'],
    [0.4061, '0.4061'],
    [0.0372557, '0.0372557'],
    [0.001, '0.001'],
    [0.0003773, '3.773E-4'],
    [0.0000717, '7.17E-5'],
    [0.0000001, '1.0E-7'],
    [-0.188913, '-0.188913'],
    [-0.05, '-0.05'],
    [-0.0000717, '-7.17E-5'],
  ])('prints %d as Java does', (score, text) => {
    expect(printScore(score)).toBe(text);
    expect(JSON.parse(text)).toBe(score);
  });
});
