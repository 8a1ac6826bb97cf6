// What things look like: hatches, the styles of layers, and the little pictures of the legend.
"use strict";

(() => {
  const { data, element } = townland;
  const hatches = new Map();

  // A tile of a hatch, drawn once for each pattern, colour and resolution.
  function hatchTile(style, ratio) {
    const pattern = data.patterns[style.pattern];
    const tile = document.createElement("canvas");
    tile.width = tile.height = Math.round(pattern.size * ratio);
    const pen = tile.getContext("2d");
    pen.scale(tile.width / pattern.size, tile.width / pattern.size);
    const path = new Path2D(pattern.path);
    // a light ground under the lines keeps them legible on every colour of land
    pen.fillStyle = "rgba(255,255,255,.30)";
    if (!pattern.path) {
      // a frame holds what is hatched: the land under it stays as it is, but for a tint
      pen.globalAlpha = 0.1;
      pen.fillStyle = style.colour;
    }
    pen.fillRect(0, 0, pattern.size, pattern.size);
    pen.globalAlpha = 1;
    pen.strokeStyle = pen.fillStyle = style.colour;
    pen.lineWidth = pattern.width;
    if (pattern.dots) pen.fill(path);
    else pen.stroke(path);
    return { tile, scale: pattern.size / tile.width };
  }

  // A hatch as a view shows it: it lies on the land, and goes with it when the view moves.
  function hatch(style, { ratio, left = 0, top = 0 }) {
    const key = `${style.pattern} ${style.colour} ${ratio}`;
    if (!hatches.has(key)) {
      const { tile, scale } = hatchTile(style, ratio);
      hatches.set(key, { fill: tile.getContext("2d").createPattern(tile, "repeat"), scale });
    }
    const { fill, scale } = hatches.get(key);
    const { size } = data.patterns[style.pattern];
    fill.setTransform(new DOMMatrix().translate(-(left % size), -(top % size)).scale(scale));
    return fill;
  }

  // How a layer draws the pieces of one of its styles: fill, alpha of the fill, line.
  function lookOf(layer, style, view) {
    if (layer.kind === "land") {
      return { fill: style.fill, alpha: 1, line: "#fff", width: 0.8, lineAlpha: 0.85 };
    }
    if (layer.kind === "plan") {
      if (style.faint) return { line: "#7d8794", width: 0.6, lineAlpha: 0.7 };
      return { fill: style.fill, alpha: 0.42, line: "#24407c", width: 0.9, lineAlpha: 0.6 };
    }
    const pattern = data.patterns[style.pattern];
    return {
      fill: hatch(style, view), alpha: 1, line: style.colour, lineAlpha: 1,
      width: pattern.path ? 1.3 : pattern.width, dash: pattern.dash ? pattern.dash.split(" ").map(Number) : [],
    };
  }

  // Draw the sign of a style into a box of 26 × 16.
  function drawSign(pen, layer, style, ratio) {
    const look = lookOf(layer, style, { ratio });
    pen.save();
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, 26, 16);
    pen.globalAlpha = look.alpha ?? 0;
    pen.fillStyle = look.fill || "#fff";
    pen.fillRect(0, 0, 26, 16);
    pen.globalAlpha = 1;
    pen.strokeStyle = layer.kind === "land" ? "#8b8f86" : look.line;
    pen.lineWidth = layer.kind === "land" ? 1 : 2;
    pen.setLineDash(look.dash || []);
    pen.strokeRect(0.5, 0.5, 25, 15);
    pen.restore();
  }

  function swatch(layer, style) {
    const canvas = element("canvas", { class: "swatch", "aria-hidden": "true" });
    const ratio = 2;
    canvas.width = 26 * ratio;
    canvas.height = 16 * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    drawSign(pen, layer, style, ratio);
    return canvas;
  }

  Object.assign(townland, { lookOf, drawSign, swatch });
})();
