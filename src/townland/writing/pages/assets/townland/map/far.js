// Layers of very many pieces as seen from far away: drawn once as a picture, of which views show their part.
"use strict";

(() => {
  const { data } = townland;
  const MANY = 60000; // a layer of more vertices has a picture
  const MOST_PIXELS = 16e6;
  const HALVES = 3; // the picture, half of it, and half of that, so that none is shrunk by more than half
  const METRES_AROUND = 2 * Math.PI * 6378137; // the equator, which is the width of the world

  // Metres of a pixel at a scale, where the land is.
  function metresAt(scale) {
    const [south] = data.towns[0].bounds[0];
    return (METRES_AROUND * Math.cos((south * Math.PI) / 180)) / (256 * scale);
  }

  // How large a layer is drawn: as large as the coarse level is fine enough for.
  function planOf(layer, ratio) {
    const [west, north, east, south] = townland.boxOf(layer.pieces.shape);
    let scale = metresAt(1) / data.coarse;
    const pixels = (east - west) * (south - north) * (scale * ratio) ** 2;
    scale *= Math.min(1, Math.sqrt(MOST_PIXELS / pixels));
    // whole pixels around it, so that halves lie where the whole lies
    const left = Math.floor(west * scale) - 4;
    const top = Math.floor(north * scale) - 4;
    const step = 2 ** HALVES;
    const side = (from, to) => Math.ceil((to * scale + 4 - from) / step) * step;
    return { scale, left, top, size: L.point(side(left, east), side(top, south)), ratio };
  }

  function blank(width, height) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(width), Math.round(height)];
    return canvas;
  }

  // The picture and its halves; `paint` draws the layer as it is.
  function pictureOf(layer, ratio, paint) {
    const plan = planOf(layer, ratio);
    const { scale, left, top, size } = plan;
    const whole = blank(size.x * ratio, size.y * ratio);
    const pen = whole.getContext("2d");
    pen.scale(ratio, ratio);
    pen.lineJoin = "round";
    const box = [left / scale, top / scale, (left + size.x) / scale, (top + size.y) / scale];
    paint(pen, { ...plan, box, frame: [0, 0, size.x, size.y], metres: metresAt(scale), coarse: true });
    const levels = [whole];
    while (levels.length < HALVES) {
      const before = levels[levels.length - 1];
      const half = blank(before.width / 2, before.height / 2);
      half.getContext("2d").drawImage(before, 0, 0, half.width, half.height);
      levels.push(half);
    }
    return { ...plan, levels };
  }

  const heavy = (layer) => ["land", "plan"].includes(layer.kind) &&
    (layer.weight ??= layer.pieces.shape.reduce((sum, shape) => sum + townland.vertices(shape), 0)) > MANY;

  // Draw a layer from its picture; false where a view comes closer than the picture, or there is none.
  function fromPicture(layer, pen, view, paint) {
    if (!data.coarse || !heavy(layer)) return false;
    if (layer.picture?.ratio !== view.ratio && view.kept) layer.picture = pictureOf(layer, view.ratio, paint);
    const { picture } = layer;
    const fine = picture ? (picture.scale * picture.ratio) / (view.scale * view.ratio) : 0;
    if (fine < 1) return false;
    const level = picture.levels[Math.min(HALVES - 1, Math.floor(Math.log2(fine)))];
    const grow = view.scale / picture.scale;
    pen.drawImage(level, picture.left * grow - view.left, picture.top * grow - view.top,
      picture.size.x * grow, picture.size.y * grow);
    return true;
  }

  Object.assign(townland, { fromPicture, metresAt });
})();
