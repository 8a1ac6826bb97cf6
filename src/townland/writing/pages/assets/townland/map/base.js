// The map's page draws what its data island holds, and links findings to their places.
// Names and sentences of the data only ever become text (textContent), never HTML.
"use strict";

// What the files of the page share: each is a function of its own that adds to this.
const townland = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  function filled(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "class") node.setAttribute("class", value);
      else node.setAttribute(key, value);
    }
    node.append(...children); // strings become text nodes
    return node;
  }

  // An element with attributes and children; a string among these is text.
  function element(name, attributes, ...children) {
    return filled(document.createElement(name), attributes, children);
  }

  // An element of SVG.
  function vector(name, attributes, ...children) {
    return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
  }

  // A sentence with its places filled in, those with two words ({n:piece|pieces}) by the number; what is
  // put in is not looked at again.
  function sentence(text, values) {
    return text.replace(/\{(\w+)(?::([^|{}]*)\|([^{}]*))?\}/g, (all, key, one, many) => {
      if (!(key in values)) return all;
      return one === undefined ? String(values[key]) : Number(values[key]) === 1 ? one : many;
    });
  }

  function say(text) {
    document.getElementById("status").textContent = text;
  }

  function control(position, build) {
    const Own = L.Control.extend({ options: { position }, onAdd: build });
    return new Own().addTo(townland.state.map);
  }

  return {
    data, words: data.words, layers: new Map(), element, vector, sentence, say, control,
    state: { map: null, town: null, finding: null, byHand: new Set(), alpha: {}, swipe: null, grid: false },
  };
})();
