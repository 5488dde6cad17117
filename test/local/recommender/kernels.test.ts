import { createLocalKernel, createNextKernel } from '../../../src/local/recommender/kernels';

const DECAY = { floor: 0.2, ratio: 0.8 };
const AHEAD = [0.5, 0.9];
const LENGTH = 7;

const pastWeight = (place: number, event: number): number =>
  place < event ? DECAY.floor + (1 - DECAY.floor) * DECAY.ratio ** (event - 1 - place) : 0;
const nextWeight = (place: number, event: number): number =>
  place >= event ? AHEAD.reduce((sum, one) => sum + (1 - one) * one ** (place - event), 0) / AHEAD.length : 0;

function sumOverEvents(value: (event: number) => number): number {
  return Array.from({ length: LENGTH }, (_, event) => value(event)).reduce((sum, one) => sum + one, 0);
}

describe('createNextKernel', () => {
  const kernel = createNextKernel(DECAY, AHEAD);

  it('equals the sum over all events of the products of past weights', () => {
    for (let newer = 0; newer < LENGTH; newer++) {
      for (let older = 0; older <= newer; older++) {
        const expected = sumOverEvents((event) => pastWeight(older, event) * pastWeight(newer, event));
        expect(kernel.same(older, newer, LENGTH)).toBeCloseTo(expected, 12);
      }
    }
  });

  it('equals the sum over all events of past weight times next weight', () => {
    for (let target = 0; target < LENGTH; target++) {
      for (let source = 0; source < LENGTH; source++) {
        const expected = sumOverEvents((event) => pastWeight(source, event) * nextWeight(target, event));
        expect(kernel.toward(source, target)).toBeCloseTo(expected, 12);
      }
    }
  });
});

describe('createLocalKernel', () => {
  it('weighs pairs by their distance in both directions', () => {
    const kernel = createLocalKernel(DECAY);
    expect(kernel.same(2, 2, LENGTH)).toBe(1);
    expect(kernel.same(1, 4, LENGTH)).toBeCloseTo(0.2 + 0.8 * 0.8 ** 3, 12);
    expect(kernel.toward(4, 1)).toBe(kernel.toward(1, 4));
  });
});
