// The audit's map. Reads the block that audit_maps.py packs.
"use strict";
(function () {
  const holder = document.getElementById("map-data");
  const canvas = document.getElementById("map-canvas");
  if (!holder || !canvas) return;

  const data = JSON.parse(holder.textContent);
  const tip = document.getElementById("map-tip");
  const legend = document.getElementById("map-legend");
  const choose = document.getElementById("map-show");
  const NONE = 255, INK = "#1b2733", PALE = "#b9c4cd";
  const WIDTH = [2.6, 2.6, 2.2, 1.9, 1.5, 1.1, 1.0, 1.0, 0.7]; // by class, px at the whole view
  const STATES = {
    tagged: { colour: "#0b62a4", shape: "disc" },
    stated: { colour: "#0b3d66", shape: "square" },
    inferred: { colour: "#c9580a", shape: "diamond" },
    stated_none: { colour: INK, shape: "cross" },
    other: { colour: "#5b6b7a", shape: "dot" },
  };
  let net = null, map = null, drawn = [], dots = [];

  const language = () => document.documentElement.dataset.language || "en";
  const words = () => data.words[language()];
  const show = () => choose.value;

  async function unpack() {
    const packed = Uint8Array.from(atob(data.block), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const arrays = {};
    let at = 0;
    for (const { name, type, shape } of data.layout) {
      const width = Number(type.slice(1));
      const count = shape.reduce((a, b) => a * b, 1);
      const sorted = new Uint8Array(count * width);
      for (let place = 0; place < width; place++) {
        for (let i = 0; i < count; i++) sorted[i * width + place] = bytes[at++];
      }
      arrays[name] = type === "u1" ? sorted : new Int32Array(sorted.buffer);
    }
    return arrays;
  }

  // ---- what is drawn ---------------------------------------------------------------------
  function colourOf(i) {
    const kind = show();
    if (net.lost[i]) return kind === "lost" ? data.lostColour : null;
    if (kind === "lanes_source") return data.sources[net.lanes_source[i]].colour;
    if (kind === "speed_source") return data.sources[net.speed_source[i]].colour;
    return PALE;
  }

  function widthOf(i) {
    const near = Math.pow(map.view.scale / map.view.fit, 0.4);
    const wide = WIDTH[net.road_class[i]] * Math.min(3.5, Math.max(0.8, near));
    return Math.round((net.lost[i] ? Math.max(wide, 2.4) : wide) * 4) / 4;
  }

  function draw(given) {
    map = given;
    drawn = [];
    dots = [];
    const { pen, sx, sy, size } = map;
    const batches = new Map();
    for (let i = 0; i < data.lines; i++) {
      const b = net.boxes[i];
      if (sx(b[2]) < -9 || sx(b[0]) > size.w + 9 || sy(b[1]) < -9 || sy(b[3]) > size.h + 9) continue;
      const colour = colourOf(i);
      if (!colour) continue;
      const width = widthOf(i);
      const key = colour + "/" + width;
      if (!batches.has(key)) {
        batches.set(key, { colour, width, over: net.lost[i], path: new Path2D() });
      }
      const path = batches.get(key).path;
      for (let k = net.start[i]; k < net.start[i + 1]; k++) {
        if (k === net.start[i]) path.moveTo(sx(net.x[k]), sy(net.y[k]));
        else path.lineTo(sx(net.x[k]), sy(net.y[k]));
      }
      drawn.push(i);
    }
    for (const batch of [...batches.values()].sort((a, b) => a.over - b.over || b.width - a.width)) {
      pen.strokeStyle = batch.colour;
      pen.lineWidth = batch.width;
      pen.stroke(batch.path);
    }
    outline();
    if (show() === "lost") data.cuts.forEach((p) => mark(p, "cross", INK, 4, words().map_cut, ""));
    if (show() === "signals") drawSignals();
    if (show() === "car_parks") drawParks();
  }

  function outline() {
    if (!data.boundary.length) return;
    const { pen } = map;
    pen.beginPath();
    for (const [x, y] of data.boundary) pen.lineTo(map.sx(x * 10), map.sy(y * 10));
    pen.setLineDash([6, 5]);
    pen.strokeStyle = INK;
    pen.lineWidth = 1;
    pen.stroke();
    pen.setLineDash([]);
  }

  function drawSignals() {
    const w = words();
    for (const p of data.others) mark(p, "dot", STATES.other.colour, 2.5, w.state_other, "");
    for (const [x, y, state, name] of [...data.junctions].reverse()) {
      const look = STATES[state];
      mark([x, y], look.shape, look.colour, 6, w["state_" + state], name);
    }
  }

  function drawParks() {
    const w = words();
    for (const [x, y, kind, spaces, name] of data.parks) {
      const known = kind >= 0;
      const colour = known ? data.sources[kind].colour : data.unknownColour;
      const text = known
        ? w.map_spaces + ": " + spaces.toLocaleString("en-US") + " (" + sourceWord(kind) + ")"
        : w.spaces_unknown;
      mark([x, y], known ? "disc" : "ring", colour, 5.5, text, name);
    }
  }

  function mark([x, y], shape, colour, radius, text, name) {
    const px = map.sx(x * 10), py = map.sy(y * 10);
    if (px < -9 || py < -9 || px > map.size.w + 9 || py > map.size.h + 9) return;
    dots.push({ x: px, y: py, radius, text, name });
    const pen = map.pen, r = radius;
    pen.fillStyle = shape === "ring" ? "#ffffff" : colour;
    pen.strokeStyle = shape === "ring" || shape === "cross" ? colour : "#ffffff";
    pen.lineWidth = shape === "ring" || shape === "cross" ? 1.8 : 1.2;
    pen.beginPath();
    if (shape === "square") pen.rect(px - r + 1, py - r + 1, 2 * r - 2, 2 * r - 2);
    else if (shape === "diamond") {
      pen.moveTo(px, py - r);
      pen.lineTo(px + r, py);
      pen.lineTo(px, py + r);
      pen.lineTo(px - r, py);
      pen.closePath();
    } else if (shape === "cross") {
      pen.moveTo(px - r, py - r);
      pen.lineTo(px + r, py + r);
      pen.moveTo(px + r, py - r);
      pen.lineTo(px - r, py + r);
    } else pen.arc(px, py, r, 0, 2 * Math.PI);
    if (shape !== "cross") pen.fill();
    pen.stroke();
  }

  // ---- words about what is under the hand ------------------------------------------------
  const sourceWord = (s) => words()["source_" + data.sources[s].word];

  function element(tag, text, kind) {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (kind) node.className = kind;
    return node;
  }

  function facts(i) {
    const w = words(), rows = [[w.road_class, data.classes[language()][net.road_class[i]]]];
    if (net.lost[i]) return [...rows, ["", w.map_lost]];
    const pair = (name, scale) =>
      ["ahead", "back"].map((side) => net[name + "_" + side][i]).filter((v) => v !== NONE)
        .map((v) => String(v / scale)).join(" + ");
    rows.push([w.map_lanes, pair("lanes", 10) + " (" + sourceWord(net.lanes_source[i]) + ")"]);
    const speed = [...new Set(pair("speed", 1).split(" + "))].join(" / ");
    rows.push([w.map_speed,
      speed + " " + w.unit_kmh + " (" + sourceWord(net.speed_source[i]) + ")"]);
    return rows;
  }

  function nearest(x, y) {
    let best = -1, least = 8;
    for (const i of drawn) {
      const b = net.boxes[i];
      if (x < map.sx(b[0]) - 8 || x > map.sx(b[2]) + 8) continue;
      if (y < map.sy(b[3]) - 8 || y > map.sy(b[1]) + 8) continue;
      for (let k = net.start[i] + 1; k < net.start[i + 1]; k++) {
        const ax = map.sx(net.x[k - 1]), ay = map.sy(net.y[k - 1]);
        const dx = map.sx(net.x[k]) - ax, dy = map.sy(net.y[k]) - ay, all = dx * dx + dy * dy || 1;
        const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / all));
        const away = Math.hypot(x - ax - t * dx, y - ay - t * dy) - (net.lost[i] ? 1 : 0);
        if (away < least) {
          least = away;
          best = i;
        }
      }
    }
    return best;
  }

  function point(x, y) {
    tip.hidden = true;
    if (!map || x < 0) return;
    const dot = dots.findLast((d) => Math.hypot(d.x - x, d.y - y) <= d.radius + 3);
    const line = dot ? -1 : nearest(x, y);
    if (!dot && line < 0) return;
    const name = dot ? dot.name : data.names[net.name[line]] || words().unnamed;
    tip.replaceChildren();
    if (name) tip.append(element("strong", name));
    if (dot) tip.append(element("div", dot.text));
    else {
      const list = element("dl");
      for (const [term, value] of facts(line)) {
        list.append(element("dt", term), element("dd", value));
      }
      tip.append(list);
    }
    tip.hidden = false;
    const left = Math.min(x + 14, map.size.w - tip.offsetWidth - 6);
    const below = y + 16 + tip.offsetHeight <= map.size.h;
    tip.style.left = Math.max(4, left) + "px";
    tip.style.top = Math.max(4, below ? y + 16 : y - tip.offsetHeight - 12) + "px";
  }

  // ---- legend ----------------------------------------------------------------------------
  function key(colour, text, shape) {
    const item = element("li");
    const sign = element("span", undefined, "swatch " + (shape || "line"));
    sign.style.setProperty("--key", colour);
    item.append(sign, element("span", text));
    return item;
  }

  function fillLegend() {
    const w = words(), kind = show(), list = [];
    if (kind === "lost") {
      list.push(key(data.lostColour, w.map_lost), key(PALE, w.map_kept));
      if (data.cuts.length) list.push(key(INK, w.map_cut, "cross"));
    } else if (kind.endsWith("_source")) {
      const met = new Set(net[kind].filter((s) => s !== NONE));
      data.sources.forEach((s, at) => {
        if (met.has(at)) list.push(key(s.colour, sourceWord(at)));
      });
      list.push(element("li", w.map_weakest, "muted"));
    } else if (kind === "signals") {
      const met = new Set(data.junctions.map((j) => j[2]));
      if (data.others.length) met.add("other");
      for (const [state, look] of Object.entries(STATES)) {
        if (met.has(state)) list.push(key(look.colour, w["state_" + state], look.shape));
      }
    } else {
      const met = new Set(data.parks.map((p) => p[2]));
      data.sources.forEach((s, at) => {
        if (met.has(at)) list.push(key(s.colour, sourceWord(at), "disc"));
      });
      if (met.has(-1)) list.push(key(data.unknownColour, w.spaces_unknown, "ring"));
    }
    if (data.boundary.length) list.push(key(INK, w.map_boundary, "dashed"));
    const listing = element("ul");
    listing.append(...list);
    legend.replaceChildren(element("p", w["show_" + kind], "legend-title"), listing);
  }

  function refresh() {
    if (!map) return;
    tip.hidden = true;
    fillLegend();
    map.redraw();
  }
  choose.addEventListener("change", refresh);
  document.addEventListener("languagechange", refresh);
  for (const link of document.querySelectorAll("button[data-x]")) {
    link.addEventListener("click", () => {
      choose.value = link.dataset.show;
      refresh();
      map.goTo(Number(link.dataset.x), Number(link.dataset.y), 6);
      canvas.scrollIntoView({ block: "center" });
    });
  }

  // ---- start -----------------------------------------------------------------------------
  function start(arrays) {
    net = arrays;
    net.boxes = [];
    const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
    for (let i = 0; i < data.lines; i++) {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let k = net.start[i]; k < net.start[i + 1]; k++) {
        box[0] = Math.min(box[0], net.x[k]);
        box[1] = Math.min(box[1], net.y[k]);
        box[2] = Math.max(box[2], net.x[k]);
        box[3] = Math.max(box[3], net.y[k]);
      }
      net.boxes.push(box);
      for (const axis of [0, 1]) {
        low[axis] = Math.min(low[axis], box[axis]);
        high[axis] = Math.max(high[axis], box[axis + 2]);
      }
    }
    map = cityCanvas({
      canvas, draw, point,
      extent: { low, high },
      credit: data.attribution,
      north: () => words().north,
      buttons: {
        closer: document.getElementById("map-in"),
        farther: document.getElementById("map-out"),
        whole: document.getElementById("map-fit"),
      },
    });
    document.getElementById("map-wait").hidden = true;
    refresh();
    canvas.dataset.ready = "1";
  }

  if (typeof DecompressionStream === "undefined") {
    document.getElementById("map-wait").textContent = words().map_too_old;
  } else {
    unpack().then(start);
  }
})();
