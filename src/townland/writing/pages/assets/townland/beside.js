// Links to files beside the page. A page that was sent alone has none of them: each is asked for first, in
// a frame that nobody sees, and a page of townland answers at once. What does not answer is named.
"use strict";

const beside = (() => {
  const ANSWER = "townland";
  const LONG_MS = 10000;

  // Whether a page of townland lies at an address.
  function answers(href) {
    return new Promise((done) => {
      const frame = document.createElement("iframe");
      let timer = 0;
      const end = (found) => {
        clearTimeout(timer);
        window.removeEventListener("message", hear);
        frame.remove();
        done(found);
      };
      const hear = (event) => {
        if (event.source === frame.contentWindow && event.data === ANSWER) end(true);
      };
      window.addEventListener("message", hear);
      frame.addEventListener("load", () => setTimeout(() => end(false), 400));
      timer = setTimeout(() => end(false), LONG_MS);
      frame.hidden = true;
      frame.src = `${href.split("#")[0]}#beside`;
      document.body.append(frame);
    });
  }

  function go({ dataset: { beside: href, probe } }, apart) {
    if (apart) {
      window.open(href, "_blank");
    } else if (probe) {
      const save = document.createElement("a");
      save.href = href;
      save.download = "";
      save.click();
    } else {
      window.location.href = href;
    }
  }

  // What is said where a file is missing; the same link pressed again leads there nevertheless.
  function tell(link, file) {
    const box = document.getElementById("absent");
    const text = document.createElement("p");
    text.textContent = box.dataset.words.replace("{file}", decodeURIComponent(file));
    box.replaceChildren(text);
    box.hidden = false;
    link.dataset.told = "";
    clearTimeout(box.timer);
    box.timer = setTimeout(() => { box.hidden = true; }, 12000);
  }

  async function follow(link, apart) {
    const href = link.dataset.beside;
    const page = link.dataset.probe || href;
    if ("told" in link.dataset || await answers(page)) go(link, apart);
    else tell(link, href.split("#")[0]);
  }

  const linkOf = (event) => event.target.closest?.("[data-beside]");
  for (const kind of ["click", "auxclick"]) {
    document.addEventListener(kind, (event) => {
      const link = linkOf(event);
      if (!link || event.button === 2) return;
      event.preventDefault();
      follow(link, kind === "auxclick" || event.ctrlKey || event.metaKey);
    });
  }
  document.addEventListener("keydown", (event) => {
    const link = linkOf(event);
    if (!link || event.key !== "Enter") return;
    event.preventDefault();
    follow(link, event.ctrlKey || event.metaKey);
  });

  // An element becomes a link to a file beside the page; `probe` is a page that lies there with it.
  function made(node, href, probe) {
    node.setAttribute("role", "link");
    node.setAttribute("tabindex", "0");
    node.dataset.beside = href;
    if (probe) node.dataset.probe = probe;
    return node;
  }

  for (const link of document.querySelectorAll("[data-beside]")) made(link, link.dataset.beside);
  return made;
})();
