// Shapes in handfuls that lie side by side: each is one path, made once and scaled whenever it is drawn.
"use strict";

(() => {
  const { store } = townland;
  const SHAPES = 100; // in a handful: of more a path takes long to make, of fewer there are many to draw
  const VERTICES = 4000; // and no more than so many, but for a single shape
  const UNIT = 2 ** 16; // of a path in the world at zoom 0: its numbers count from the handful's own corner
  const SLICE_MS = 8; // so long the page is kept from its reader while paths are made ahead

  // The order of places along a curve on which neighbours in the plane are near each other.
  function along(px, py) {
    let order = 0;
    for (let bit = 9; bit >= 0; bit -= 1) order = 4 * order + 2 * ((py >> bit) & 1) + ((px >> bit) & 1);
    return order;
  }

  function boxOf(shapes) {
    const { box } = store;
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const shape of shapes) {
      const b = 4 * shape;
      if (box[b] < west) west = box[b];
      if (box[b + 1] < north) north = box[b + 1];
      if (box[b + 2] > east) east = box[b + 2];
      if (box[b + 3] > south) south = box[b + 3];
    }
    return [west, north, east, south];
  }

  function ordered(shapes) {
    const { box } = store;
    const [west, north, east, south] = boxOf(shapes);
    const place = (low, high, from, to) => Math.floor((((low + high) / 2 - from) / (to - from || 1)) * 1023);
    const keys = new Map(shapes.map((shape) => {
      const b = 4 * shape;
      return [shape, along(place(box[b], box[b + 2], west, east), place(box[b + 1], box[b + 3], north, south))];
    }));
    return [...shapes].sort((a, b) => keys.get(a) - keys.get(b));
  }

  function vertices(shape) {
    const { ringStart, shapeStart } = store;
    return ringStart[shapeStart[shape + 1]] - ringStart[shapeStart[shape]];
  }

  class Handful {
    constructor(shapes) {
      this.shapes = shapes;
      this.box = boxOf(shapes);
      this.made = {};
    }

    // The path of all vertices, or of those of the coarse level.
    path(coarse) {
      return (this.made[coarse] ||= this.trace(coarse ? store.coarse : null, coarse ? store.coarseStart : store.ringStart));
    }

    trace(kept, start) {
      const { x, y, shapeStart } = store;
      const [west, north] = this.box;
      const path = new Path2D();
      for (const shape of this.shapes) {
        for (let ring = shapeStart[shape]; ring < shapeStart[shape + 1]; ring += 1) {
          const end = start[ring + 1];
          for (let n = start[ring]; n < end; n += 1) {
            const i = kept ? kept[n] : n;
            if (n === start[ring]) path.moveTo((x[i] - west) * UNIT, (y[i] - north) * UNIT);
            else path.lineTo((x[i] - west) * UNIT, (y[i] - north) * UNIT);
          }
          if (end > start[ring]) path.closePath();
        }
      }
      return path;
    }

    // The path where a view shows it, in pixels.
    seen(view) {
      const [west, north] = this.box;
      const grow = view.scale / UNIT;
      const path = new Path2D();
      path.addPath(this.path(view.coarse || false), new DOMMatrix([
        grow, 0, 0, grow, west * view.scale - view.left, north * view.scale - view.top,
      ]));
      return path;
    }
  }

  function handfuls(shapes) {
    const made = [];
    let some = [];
    let count = 0;
    for (const shape of ordered(shapes)) {
      const more = vertices(shape);
      if (some.length && (some.length === SHAPES || count + more > VERTICES)) {
        made.push(new Handful(some));
        [some, count] = [[], 0];
      }
      some.push(shape);
      count += more;
    }
    if (some.length) made.push(new Handful(some));
    return made;
  }

  // The paths of those in view; `margin` pixels beyond it lines may reach into it.
  function paths(all, view, margin = 8) {
    const [west, north, east, south] = view.box;
    const more = margin / view.scale;
    return all
      .filter(({ box: [left, top, right, bottom] }) =>
        left <= east + more && right >= west - more && top <= south + more && bottom >= north - more)
      .map((each) => each.seen(view));
  }

  // Make paths while the reader does nothing, so that none waits for them when the view comes closer.
  function ahead(waiting) {
    const idle = window.requestIdleCallback || ((act) => setTimeout(act, 50));
    const go = () => {
      const until = performance.now() + SLICE_MS;
      while (waiting.length && performance.now() < until) waiting.pop().path(false);
      if (waiting.length) idle(go);
    };
    idle(go);
  }

  Object.assign(townland, { handfuls, paths, boxOf, vertices, ahead });
})();
