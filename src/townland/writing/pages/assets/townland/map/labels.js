// The names of towns on the map, each with the mark and colour of its gravest verdict; a click chooses one.
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

  // A name stands at the middle of a town that has no pieces here, else above its northern edge.
  function placeOf(town) {
    const bounds = L.latLngBounds(town.bounds);
    return town.map ? bounds.getCenter() : L.latLng(bounds.getNorth(), bounds.getCenter().lng);
  }

  // A name that would hide another shows when there is room; the chosen town's always does.
  function arrange() {
    const taken = [];
    const order = data.towns.map((_town, n) => n).sort((a, b) => (b === state.town) - (a === state.town));
    for (const n of order) {
      const text = data.towns[n].label.getElement().firstChild;
      text.hidden = false;
      const box = text.getBoundingClientRect();
      text.hidden = taken.some((b) => box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom);
      if (!text.hidden) taken.push(box);
    }
  }

  function nameTowns(map) {
    data.towns.forEach((town, n) => {
      const icon = L.divIcon({ html: labelled(town, n), className: town.map ? "town-name-label" : "town-name-label above", iconSize: null });
      town.label = L.marker(placeOf(town), { icon, interactive: false, keyboard: false, pane: "numbers" }).addTo(map);
    });
    map.on("zoomend resize", arrange);
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

  Object.assign(townland, { nameTowns, arrangeNames: arrange });
})();
