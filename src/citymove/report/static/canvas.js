// A map on a canvas: the view, the hand, scale bar and credit. What is drawn is the caller's.
"use strict";
function cityCanvas({ canvas, extent, draw, point, credit, north, buttons }) {
  const pen = canvas.getContext("2d");
  const INK = "#1b2733";
  const view = { x: 0, y: 0, scale: 1, fit: 1 }; // centre, px per decimetre
  const size = { w: 0, h: 0 };
  const sx = (x) => size.w / 2 + (x - view.x) * view.scale;
  const sy = (y) => size.h / 2 - (y - view.y) * view.scale;
  let waiting = false;

  function font(px, weight) {
    pen.font = (weight ? weight + " " : "") + px + "px " + getComputedStyle(canvas).fontFamily;
  }

  function measure() {
    size.w = canvas.clientWidth;
    size.h = canvas.clientHeight;
    const sharp = window.devicePixelRatio || 1;
    canvas.width = Math.round(size.w * sharp);
    canvas.height = Math.round(size.h * sharp);
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  }

  function fitAll() {
    const { low, high } = extent;
    view.x = (low[0] + high[0]) / 2;
    view.y = (low[1] + high[1]) / 2;
    view.fit = Math.min(size.w / (high[0] - low[0] || 1), size.h / (high[1] - low[1] || 1)) * 0.92;
    view.scale = view.fit;
  }

  function paint() {
    pen.clearRect(0, 0, size.w, size.h);
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, size.w, size.h);
    pen.lineJoin = "round";
    pen.lineCap = "round";
    draw(map);
    furniture();
  }

  function redraw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      paint();
    });
  }

  // Scale bar, north arrow and credit, on a pale ground so that roads do not hide them.
  function furniture() {
    const metres = 100 / (view.scale * 10);
    const power = Math.pow(10, Math.floor(Math.log10(metres)));
    const length = [1, 2, 5, 10].map((f) => f * power).filter((v) => v <= metres).pop() || power;
    const px = length * 10 * view.scale, right = size.w - 44, base = size.h - 16;
    font(11);
    const label = length >= 1000 ? length / 1000 + " km" : length + " m";
    const wide = pen.measureText(credit).width;
    pen.fillStyle = "rgba(255,255,255,0.85)";
    pen.fillRect(right - px - 10, base - 20, px + 54, 36);
    pen.fillRect(0, size.h - 20, wide + 16, 20);
    pen.fillStyle = INK;
    pen.fillRect(right - px, base, px, 2);
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    pen.fillText(label, right - px / 2, base - 5);
    pen.beginPath();
    pen.moveTo(right + 22, base - 14);
    pen.lineTo(right + 17, base - 4);
    pen.lineTo(right + 27, base - 4);
    pen.fill();
    pen.fillText(north(), right + 22, base + 8);
    pen.textAlign = "left";
    pen.fillText(credit, 8, size.h - 7);
  }

  function zoom(factor, x, y) {
    const px = x === undefined ? size.w / 2 : x, py = y === undefined ? size.h / 2 : y;
    const wx = view.x + (px - size.w / 2) / view.scale, wy = view.y - (py - size.h / 2) / view.scale;
    view.scale = Math.min(view.fit * 120, Math.max(view.fit * 0.5, view.scale * factor));
    view.x = wx - (px - size.w / 2) / view.scale;
    view.y = wy + (py - size.h / 2) / view.scale;
    redraw();
  }

  function goTo(x, y, times) {
    view.x = x;
    view.y = y;
    view.scale = Math.max(view.scale, view.fit * times);
    redraw();
  }

  // ---- the hand --------------------------------------------------------------------------
  const held = new Map();
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, place(event));
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("held");
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event), before = held.get(event.pointerId);
    if (!before) {
      point(x, y);
      return;
    }
    if (held.size === 2) {
      const other = [...held].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]) || 1;
      zoom(Math.hypot(x - other[0], y - other[1]) / was || 1, other[0], other[1]);
    } else {
      view.x -= (x - before[0]) / view.scale;
      view.y += (y - before[1]) / view.scale;
      redraw();
    }
    held.set(event.pointerId, [x, y]);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => {
      held.delete(event.pointerId);
      if (!held.size) canvas.classList.remove("held");
      if (kind === "pointerup" && event.pointerType !== "mouse") point(...place(event));
    });
  }
  canvas.addEventListener("pointerleave", () => point(-1, -1));
  // The wheel belongs to the page until the map is clicked; with Ctrl it always zooms the map.
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...place(event));
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const step = 60 / view.scale;
    const keys = {
      ArrowLeft: () => (view.x -= step),
      ArrowRight: () => (view.x += step),
      ArrowUp: () => (view.y += step),
      ArrowDown: () => (view.y -= step),
      "+": () => zoom(1.4),
      "=": () => zoom(1.4),
      "-": () => zoom(1 / 1.4),
      0: fitAll,
      Escape: () => point(-1, -1),
    };
    if (!keys[event.key] || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    keys[event.key]();
    redraw();
  });
  buttons.closer.addEventListener("click", () => zoom(1.4));
  buttons.farther.addEventListener("click", () => zoom(1 / 1.4));
  buttons.whole.addEventListener("click", () => {
    fitAll();
    redraw();
  });

  const map = { pen, view, size, sx, sy, font, redraw, goTo };
  measure();
  fitAll();
  paint();
  new ResizeObserver(() => {
    const whole = view.scale === view.fit;
    measure();
    if (whole) fitAll();
    paint();
  }).observe(canvas);
  return map;
}
