// The map as a sheet: saved as a picture with its legend, or printed, with frame, scale and north.
"use strict";

(() => {
  const { data, words, layers, state, element, vector, say } = townland;
  const FRAMED = ["land", "plan", "other", "measure", "boundary", "grid", "highlight"];
  const EDGE = 0.08; // of a picture behind the map so much fades at each edge, as on the page
  const INCH_PX = 96;
  const METRES_AROUND = 2 * Math.PI * 6378137;
  const PRINT = { width: 760, height: 606, ratio: 3 }; // the map on A4, in pixels of 1/96 inch

  // ---- the map itself --------------------------------------------------------------------------

  // The part of the world that a picture of some size shows: what the page shows, and what is around.
  function viewOf({ width, height, ratio }) {
    const { map } = state;
    const seen = map.getSize();
    const zoom = map.getZoom() + Math.log2(Math.min(width / seen.x, height / seen.y));
    const { lat, lng } = map.getCenter();
    const [x, y] = townland.mercator(lat, lng);
    const scale = 2 ** zoom;
    const left = x * scale - width / 2;
    const top = y * scale - height / 2;
    const metres = (METRES_AROUND * Math.cos((lat * Math.PI) / 180)) / (256 * scale);
    return { zoom, scale, left, top, ratio, metres, size: L.point(width, height), frame: [0, 0, width, height] };
  }

  function blank(view) {
    const canvas = element("canvas", {});
    canvas.width = Math.round(view.size.x * view.ratio);
    canvas.height = Math.round(view.size.y * view.ratio);
    const pen = canvas.getContext("2d");
    pen.scale(view.ratio, view.ratio);
    return { canvas, pen };
  }

  function place(view, lat, lng) {
    const [x, y] = townland.mercator(lat, lng);
    return [x * view.scale - view.left, y * view.scale - view.top];
  }

  // A picture between its corners, faded at its edges.
  function drawPicture(pen, view, picture) {
    const image = picture.getElement();
    if (!image || !image.complete) return;
    const bounds = picture.getBounds();
    const [west, north] = place(view, bounds.getNorth(), bounds.getWest());
    const [east, south] = place(view, bounds.getSouth(), bounds.getEast());
    const layer = blank(view);
    layer.pen.drawImage(image, west, north, east - west, south - north);
    layer.pen.globalCompositeOperation = "destination-in";
    for (const [x, y] of [[east, north], [west, south]]) {
      const fade = layer.pen.createLinearGradient(west, north, x, y);
      [[0, 0], [EDGE, 1], [1 - EDGE, 1], [1, 0]].forEach(([at, alpha]) => fade.addColorStop(at, `rgba(0,0,0,${alpha})`));
      layer.pen.fillStyle = fade;
      layer.pen.fillRect(0, 0, view.size.x, view.size.y);
    }
    pen.drawImage(layer.canvas, 0, 0, view.size.x, view.size.y);
  }

  function drawTiles(pen, view) {
    const { map } = state;
    const origin = map.getContainer().getBoundingClientRect();
    const grow = view.scale / 2 ** map.getZoom();
    for (const image of map.getPane("tilePane").querySelectorAll("img.leaflet-tile-loaded")) {
      const box = image.getBoundingClientRect();
      const x = (box.left - origin.left - origin.width / 2) * grow + view.size.x / 2;
      const y = (box.top - origin.top - origin.height / 2) * grow + view.size.y / 2;
      pen.drawImage(image, x, y, box.width * grow, box.height * grow);
    }
  }

  // Where a swipe divides the view, in its pixels.
  function middle(view) {
    const { map, swipe } = state;
    const { lat, lng } = map.containerPointToLatLng([map.getSize().x * swipe, 0]);
    return place(view, lat, lng)[0];
  }

  function drawPanes(pen, view) {
    for (const name of FRAMED) {
      const sheet = townland.sheets.get(name);
      if (!sheet) continue;
      const layer = blank(view);
      if (state.swipe !== null && ["land", "plan"].includes(name)) {
        const at = middle(view);
        layer.pen.beginPath();
        if (name === "land") layer.pen.rect(0, 0, at, view.size.y);
        else layer.pen.rect(at, 0, view.size.x - at, view.size.y);
        layer.pen.clip();
      }
      sheet.onto(layer.pen, view);
      const { style } = state.map.getPane(name);
      pen.globalAlpha = style.opacity === "" ? 1 : Number(style.opacity);
      pen.globalCompositeOperation = style.mixBlendMode || "source-over";
      pen.drawImage(layer.canvas, 0, 0, view.size.x, view.size.y);
      pen.globalAlpha = 1;
      pen.globalCompositeOperation = "source-over";
    }
  }

  function font(pen, size, weight = "") {
    pen.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  }

  // Numbers of pieces and names of towns.
  function drawNames(pen, view) {
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    const marks = townland.numbers();
    const points = marks.map((each) => place(view, each.getLatLng().lat, each.getLatLng().lng));
    townland.spread(points, townland.BADGE).forEach(([dx, dy], n) => {
      const badge = marks[n].getElement().querySelector(".badge");
      const [x, y] = points[n];
      pen.fillStyle = pen.strokeStyle = badge.style.background;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + dx, y + dy);
      pen.stroke();
      pen.strokeStyle = "#fff";
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.arc(x + dx, y + dy, 10.5, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
      pen.fillStyle = "#fff";
      font(pen, 11, "700");
      pen.fillText(badge.textContent, x + dx, y + dy);
    });
    font(pen, 13, "700");
    const nameOf = (town) => `${data.verdicts[town.look].mark} ${town.name}`;
    const names = townland.namesOf((lat, lng) => place(view, lat, lng), (town) => [pen.measureText(nameOf(town)).width, 16]);
    townland.placed(names, [], view.size).forEach((spot, n) => {
      if (!spot) return;
      const { town } = names[n];
      pen.lineWidth = 4;
      pen.strokeStyle = "#fff";
      pen.strokeText(nameOf(town), ...spot);
      pen.fillStyle = data.verdicts[town.look].colour;
      pen.fillText(nameOf(town), ...spot);
    });
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
  }

  // A length that reads well and fits into so many pixels.
  function bar(view, most) {
    const widest = most * view.metres;
    const power = 10 ** Math.floor(Math.log10(widest));
    const metres = [5, 2, 1].map((each) => each * power).find((each) => each <= widest) || power;
    return { pixels: metres / view.metres, title: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
  }

  function drawScale(pen, view) {
    const { pixels, title } = bar(view, 170);
    const y = view.size.y - 14;
    pen.fillStyle = "rgba(255,255,255,.88)";
    pen.fillRect(8, y - 22, pixels + 70, 32);
    pen.strokeStyle = pen.fillStyle = "#111";
    pen.lineWidth = 1;
    for (let n = 0; n < 4; n += 1) {
      const box = [14 + (n * pixels) / 4, y - 5, pixels / 4, 5];
      if (n % 2 === 0) pen.fillRect(...box);
      pen.strokeRect(...box);
    }
    font(pen, 11);
    pen.fillText("0", 14, y - 9);
    pen.fillText(title, 14 + pixels - 4, y - 9);
  }

  function drawNorth(pen, view) {
    pen.save();
    pen.translate(view.size.x - 36, 8);
    pen.fillStyle = "rgba(255,255,255,.88)";
    pen.fillRect(0, 0, 30, 48);
    pen.translate(3, 1);
    pen.fillStyle = "#111";
    pen.fill(new Path2D("M12 2 L20 27 L12 21.5 L4 27 Z"));
    font(pen, 13, "700");
    pen.textAlign = "center";
    pen.fillText(words.north, 12, 42);
    pen.restore();
  }

  // The map in a frame: pictures behind, every layer as it is switched on, names, scale, north.
  function drawMap(size, { tiles = false } = {}) {
    const view = viewOf(size);
    const { canvas, pen } = blank(view);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, view.size.x, view.size.y);
    if (tiles) drawTiles(pen, view);
    if (state.background && state.map.hasLayer(state.background)) {
      const { opacity } = state.map.getPane("background").style;
      pen.globalAlpha = opacity === "" ? 1 : Number(opacity);
      state.background.eachLayer((picture) => drawPicture(pen, view, picture));
      pen.globalAlpha = 1;
    }
    drawPanes(pen, view);
    drawNames(pen, view);
    drawScale(pen, view);
    drawNorth(pen, view);
    pen.strokeStyle = "#111";
    pen.lineWidth = 1.5;
    pen.strokeRect(0.75, 0.75, view.size.x - 1.5, view.size.y - 1.5);
    return { canvas, view };
  }

  // ---- what stands around it -------------------------------------------------------------------

  // What is drawn, in the order of the panel: titles of layers, and signs with their words.
  function entries() {
    const list = [{ sign: "boundary", text: words.boundary }];
    const on = [...layers.values()].filter((layer) => state.map.hasLayer(layer.group)).reverse();
    on.sort((a, b) => townland.ORDER[b.kind] - townland.ORDER[a.kind]);
    for (const layer of on) {
      const one = layer.styles.length === 1 && layer.styles[0].title === layer.title;
      if (!one) list.push({ head: layer.title });
      if (layer.kind === "plan") list.push({ sign: "built", text: words.construction });
      for (const style of layer.styles) list.push({ layer, style, text: style.title });
    }
    return list;
  }

  function drawEntry(pen, { sign, layer, style }) {
    if (layer) {
      townland.drawSign(pen, layer, style, 2);
      return;
    }
    pen.strokeStyle = sign === "built" ? "#1d3a7a" : "#111";
    pen.lineWidth = 2.5;
    pen.setLineDash(sign === "built" ? [6, 3] : []);
    pen.strokeRect(1.5, 1.5, 23, 13);
    pen.setLineDash([]);
  }

  const title = () => document.querySelector(".bar h1").textContent;
  const about = () => document.querySelector(".bar p").textContent;

  // What the map shows beside land: the finding that is open.
  function shownFinding() {
    const { finding } = state;
    if (!finding) return "";
    const town = finding.town === null ? words.together : data.towns[finding.town].name;
    const { mark, word } = data.verdicts[finding.look];
    return `${town} · ${finding.rule} ${finding.title} · ${mark} ${word} · ${words.measured} ${finding.measured} · ${words.limit} ${finding.limit}`;
  }

  function foot(view) {
    const plane = townland.planeAt(state.map.getCenter());
    const sources = [...new Set(data.backgrounds.map((picture) => `${picture.title}: ${picture.source}`))];
    const tiles = (state.online || []).filter((each) => state.map.hasLayer(each)).map((each) => each.title);
    return [plane ? plane.title : "", data.simplified, ...sources, ...tiles, words.disclaimer].filter(Boolean);
  }

  // ---- printing --------------------------------------------------------------------------------

  function legendItem(entry) {
    if (entry.head) return element("li", { class: "head" }, entry.head);
    const canvas = element("canvas", { "aria-hidden": "true" });
    [canvas.width, canvas.height] = [78, 48];
    const pen = canvas.getContext("2d");
    pen.scale(3, 3);
    drawEntry(pen, entry);
    return element("li", {}, canvas, element("span", {}, entry.text));
  }

  function layOut() {
    document.querySelector(".sheet")?.remove();
    const { canvas, view } = drawMap(PRINT, { tiles: true });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", title());
    const scale = Math.round((view.metres * INCH_PX) / 0.0254 / 100) * 100;
    const list = entries().map(legendItem);
    document.body.append(element("section", { class: "sheet" },
      element("h1", {}, title()),
      element("p", { class: "sheet-about" }, about()),
      element("p", { class: "sheet-finding" }, shownFinding()),
      canvas,
      element("div", { class: "sheet-side" },
        element("h2", {}, words.legend), element("ul", { class: list.length > 26 ? "dense" : "" }, ...list),
        element("p", { class: "sheet-scale" }, `1:${scale.toLocaleString("en")}`)),
      element("p", { class: "sheet-foot" }, foot(view).join(" · "))));
  }

  // ---- the picture -----------------------------------------------------------------------------

  const SIDE = 270;
  const [TOP, ROW, GAP] = [74, 21, 14];

  function lines(pen, text, width) {
    const found = [""];
    for (const part of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []) {
      const last = found[found.length - 1];
      if (last && pen.measureText(last + part).width > width) found.push(part);
      else found[found.length - 1] += part;
    }
    return found;
  }

  function drawLegend(pen, left, width) {
    let y = TOP;
    font(pen, 14, "700");
    pen.fillText(words.legend, left, y + 12);
    y += ROW + 4;
    for (const entry of entries()) {
      font(pen, 12, entry.head ? "700" : "");
      if (!entry.head) {
        pen.save();
        pen.translate(left, y);
        drawEntry(pen, entry);
        pen.restore();
      }
      pen.fillStyle = "#111";
      const indent = entry.head ? 0 : 34;
      for (const line of lines(pen, entry.head || entry.text, width - indent)) {
        pen.fillText(line, left + indent, y + 13);
        y += ROW - 3;
      }
      y += 3;
    }
    return y;
  }

  // The whole sheet on a canvas: title, map, legend, and what it rests on.
  function picture() {
    const seen = state.map.getSize();
    const width = Math.max(900, Math.min(1600, seen.x));
    const size = { width, height: Math.round((width * seen.y) / seen.x), ratio: 2 };
    const map = drawMap(size);
    const measure = blank({ size: L.point(10, 10), ratio: 1 }).pen;
    const needed = drawLegend(measure, 0, SIDE - GAP);
    font(measure, 11);
    const notes = foot(map.view).flatMap((text) => lines(measure, text, width + SIDE));
    const body = Math.max(size.height + TOP, needed);
    const whole = L.point(width + SIDE + 3 * GAP, body + 2 * GAP + notes.length * 16);
    const { canvas, pen } = blank({ size: whole, ratio: 2 });
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, whole.x, whole.y);
    pen.fillStyle = "#111";
    font(pen, 18, "700");
    pen.fillText(title(), GAP, 28, whole.x - 2 * GAP);
    font(pen, 12);
    pen.fillText(about(), GAP, 47, whole.x - 2 * GAP);
    pen.fillText(shownFinding(), GAP, 64, whole.x - 2 * GAP);
    pen.drawImage(map.canvas, GAP, TOP, size.width, size.height);
    drawLegend(pen, size.width + 2 * GAP, SIDE - GAP);
    font(pen, 11);
    pen.fillStyle = "#444";
    notes.forEach((text, n) => pen.fillText(text, GAP, body + GAP + 8 + n * 16));
    pen.strokeStyle = "#111";
    pen.strokeRect(4, 4, whole.x - 8, whole.y - 8);
    return canvas;
  }

  function savePicture() {
    const canvas = picture();
    canvas.toBlob((blob) => {
      const town = state.town === null ? "" : `-${data.towns[state.town].code}`;
      const name = `map${town}.png`.replace(/[^\p{L}\p{N}._-]+/gu, "_");
      const link = element("a", { href: URL.createObjectURL(blob), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      say(state.tiles ? words.saved_without_tiles : words.saved);
    });
  }

  function startSheets() {
    window.addEventListener("beforeprint", layOut);
    window.addEventListener("afterprint", () => document.querySelector(".sheet")?.remove());
  }

  Object.assign(townland, { startSheets, savePicture, picture, vector });
})();
