// The map of the day: pictures from the house's tile server alone, and points that carry a number and no name.
// The table beside it says all of it in words, so that nothing is lost where this does not run.
(() => {
  const side = document.querySelector("[data-day-side]");
  const box = document.querySelector("[data-day-map]");
  const given = document.getElementById("day-map");
  if (!side || !box || !given || !window.L) return;
  const { tiles, zoom, half, points } = JSON.parse(given.textContent);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  side.hidden = false;

  const map = L.map(box, {
    attributionControl: false, zoomControl: false, maxZoom: zoom, scrollWheelZoom: false,
    fadeAnimation: !still, zoomAnimation: !still, markerZoomAnimation: !still,
  });
  const around = ([lat, lon]) => [[lat - half, lon - half], [lat + half, lon + half]];
  const bounds = L.latLngBounds(points.flatMap((point) => (point.exact ? [point.at] : around(point.at))));
  map.fitBounds(bounds, { padding: [36, 36], maxZoom: Math.min(16, zoom), animate: false });
  L.control.zoom({ zoomInTitle: box.dataset.nearer, zoomOutTitle: box.dataset.farther }).addTo(map);

  const pictures = L.tileLayer(tiles, { maxZoom: zoom, referrerPolicy: "no-referrer" });
  const broken = side.querySelector("[data-day-broken]");
  pictures.on("tileerror", () => { broken.hidden = false; });
  pictures.on("tileload", () => { broken.hidden = true; });
  pictures.addTo(map);

  // The way of each crew from stop to stop, as the crow flies.
  for (const crew of new Set(points.map((point) => point.crew))) {
    const way = points.filter((point) => point.crew === crew).map((point) => point.at);
    if (way.length > 1) L.polyline(way, { className: "day-line", weight: 2, dashArray: "6 6", interactive: false }).addTo(map);
  }

  const there = new Map(); // how many stand at the same place already: they are drawn side by side
  for (const point of points) {
    if (!point.exact) {
      L.rectangle(around(point.at), { className: "day-square", weight: 1, fillOpacity: 0.12, dashArray: "4 4", interactive: false }).addTo(map);
    }
    const key = point.at.join();
    const before = there.get(key) || 0;
    there.set(key, before + 1);
    const label = document.createElement("span");
    label.textContent = String(point.number);
    const icon = L.divIcon({
      className: `stop is-${point.state}`, html: label, iconSize: [28, 28], iconAnchor: [14 - 28 * before, 14],
    });
    const marker = L.marker(point.at, { icon, title: point.says, riseOnHover: true }).addTo(map);
    marker.getElement().setAttribute("aria-label", point.says);
    marker.on("click", () => go(point.number));
    marker.getElement().addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      go(point.number);
    });
  }

  function go(number) {
    const row = document.getElementById(`stop-${number}`);
    document.querySelectorAll(".is-pointed").forEach((one) => one.classList.remove("is-pointed"));
    row.classList.add("is-pointed");
    row.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    row.querySelector("a").focus({ preventScroll: true });
  }
})();
