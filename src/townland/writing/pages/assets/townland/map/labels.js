// The names of towns on the map, each with the mark and colour of its gravest verdict; a click chooses one.
// They and the numbers of pieces are placed so that none hides another.
"use strict";

(() => {
  const { data, words, state, element, sentence } = townland;

  function labelled(town, n) {
    const look = data.verdicts[town.look];
    const mark = element("b", { "aria-hidden": "true" }, look.mark);
    mark.style.background = look.colour;
    const text = element("button", {
      type: "button", class: `town-label ${town.look}`, "aria-pressed": "false",
      title: sentence(words.town_verdict, { town: town.name, verdict: look.word }),
    }, mark, element("span", {}, town.name));
    text.addEventListener("click", (event) => {
      event.stopPropagation();
      townland.goToTown(n);
    });
    return text;
  }

  const GAP = 6;
  const crosses = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const around = ([x, y], [width, height]) => (
    { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 });

  // Where a name may stand, by its middle: in its town where there is room and no pieces are drawn, above, below, beside.
  function spots({ land, inside }, [width, height]) {
    const [x, y] = [(land.left + land.right) / 2, (land.top + land.bottom) / 2];
    const beside = [
      [x, land.top - height / 2 - GAP], [x, land.bottom + height / 2 + GAP],
      [land.right + width / 2 + GAP, y], [land.left - width / 2 - GAP, y],
    ];
    return inside && land.right - land.left > width ? [[x, y], ...beside] : beside;
  }

  // The middles of names that hide neither one another nor what is taken; a name that finds no room has none.
  function placed(names, taken, view) {
    const held = (box) => box.left >= 0 && box.top >= 0 && box.right <= view.x && box.bottom <= view.y;
    return names.map((name) => {
      const all = spots(name, name.size);
      const inView = all.filter((spot) => held(around(spot, name.size)));
      const free = (inView.length ? inView : all).filter((spot) => !taken.some((box) => crosses(around(spot, name.size), box)));
      const clear = free.find((spot) => !names.some((other) => other !== name && crosses(around(spot, name.size), other.land)));
      const spot = clear || free[0] || (name.must && all[0]);
      if (spot) taken.push(around(spot, name.size));
      return spot || null;
    });
  }

  // The chosen town's name always shows, and comes first; `corner` gives where a place is drawn.
  function namesOf(corner, sizeOf) {
    const order = data.towns.map((_town, n) => n).sort((a, b) => (b === state.town) - (a === state.town));
    return order.map((n) => {
      const town = data.towns[n];
      const bounds = L.latLngBounds(town.bounds);
      const [left, top] = corner(bounds.getNorth(), bounds.getWest());
      const [right, bottom] = corner(bounds.getSouth(), bounds.getEast());
      return { town, must: n === state.town, inside: Boolean(town.map), size: sizeOf(town), land: { left, top, right, bottom } };
    });
  }

  const textOf = (town) => town.label.getElement().firstChild;

  // A name that would hide another, or lie under a control, stands elsewhere about its town.
  function arrange() {
    const { map } = state;
    const frame = map.getContainer().getBoundingClientRect();
    const taken = [...map.getContainer().querySelectorAll(".leaflet-control")].map((each) => each.getBoundingClientRect())
      .map((box) => ({
        left: box.left - frame.left, right: box.right - frame.left, top: box.top - frame.top, bottom: box.bottom - frame.top }));
    for (const town of data.towns) textOf(town).hidden = false;
    const corner = (lat, lng) => {
      const { x, y } = map.latLngToContainerPoint([lat, lng]);
      return [x, y];
    };
    const names = namesOf(corner, (town) => [textOf(town).offsetWidth, textOf(town).offsetHeight]);
    placed(names, taken, map.getSize()).forEach((spot, n) => {
      const { town } = names[n];
      textOf(town).hidden = !spot;
      if (!spot) return;
      const { lat, lng } = town.label.getLatLng();
      const [x, y] = corner(lat, lng);
      textOf(town).style.transform = `translate(calc(-50% + ${spot[0] - x}px), calc(-50% + ${spot[1] - y}px))`;
    });
  }

  // ---- numbers of pieces ------------------------------------------------------------------------

  const TURNS = 16;
  const MOVES = [[0, 0], ...[0.6, 1, 1.5, 2, 2.6].flatMap((far) => Array.from({ length: TURNS }, (_each, n) => {
    const angle = (2 * Math.PI * n) / TURNS;
    return [far * Math.cos(angle), far * Math.sin(angle)];
  }))];

  // How far each number moves from its piece so that none hides another: to the nearest place that is free.
  function spread(points, apart) {
    const taken = [];
    return points.map(([x, y]) => {
      const free = ([u, v]) => taken.every((other) => Math.hypot(x + u * apart - other[0], y + v * apart - other[1]) > apart - 0.5);
      const [u, v] = MOVES.find(free) || [0, 0];
      taken.push([x + u * apart, y + v * apart]);
      return [u * apart, v * apart];
    });
  }

  const numbers = () => (state.marks ? state.marks.getLayers().filter((each) => each.getLatLng) : []);

  function arrangeNumbers() {
    const points = numbers().map((each) => state.map.latLngToLayerPoint(each.getLatLng())).map(({ x, y }) => [x, y]);
    spread(points, townland.BADGE).forEach(([dx, dy], n) => {
      const [badge, lead] = numbers()[n].getElement().firstChild.children;
      badge.style.transform = `translate(${dx}px, ${dy}px)`;
      lead.style.width = `${Math.hypot(dx, dy)}px`;
      lead.style.transform = `rotate(${Math.atan2(dy, dx)}rad)`;
    });
  }

  function nameTowns(map) {
    data.towns.forEach((town, n) => {
      const icon = L.divIcon({ html: labelled(town, n), className: "town-name-label", iconSize: null });
      town.label = L.marker(L.latLngBounds(town.bounds).getCenter(), { icon, interactive: false, keyboard: false, pane: "numbers" }).addTo(map);
    });
    map.on("moveend resize", arrange);
    map.on("zoomend", arrangeNumbers);
    arrange();
    map.on("click", (event) => {
      if (state.tool) return;
      const hit = townland.at(event.latlng).find((feature) => feature.layer.key === "towns");
      if (hit) {
        townland.chooseTown(hit.town);
        townland.select(townland.gravest(), { zoom: false });
      }
    });
  }

  Object.assign(townland, { nameTowns, arrangeNames: arrange, arrangeNumbers, spread, numbers, namesOf, placed, BADGE: 22 });
})();
