// Tables wider than the page: what goes on beyond the edge fades there.
"use strict";

for (const box of document.querySelectorAll(".scroll")) {
  const look = () => {
    box.classList.toggle("wide-one", box.scrollWidth > box.clientWidth + 2);
    box.classList.toggle("more", box.scrollWidth - box.clientWidth - box.scrollLeft > 2);
    box.classList.toggle("moved", box.scrollLeft > 2);
  };
  box.addEventListener("scroll", look, { passive: true });
  new ResizeObserver(look).observe(box);
}
