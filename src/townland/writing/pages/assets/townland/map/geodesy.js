// Coordinates in a Gauss-Krüger zone of CGCS2000, and the official area: the formulas of
// 国土调查办发〔2008〕32号 as townland.geodesy has them, for what a reader measures on the map.
"use strict";

(() => {
  const A = 6378137.0;
  const F = 1 / 298.257222101;
  const E2 = (2 - F) * F;
  const B = A * Math.sqrt(1 - E2);
  const POLAR = A / Math.sqrt(1 - E2);
  const RADIAN = Math.PI / 180;
  const DIVIDE_M = 70; // an edge of this length or longer is divided
  const SECONDS = 3600;
  const K0 = 1.57048761144159e-7;
  const K = [5.05250178820567e-3, 2.98472900956587e-5, 2.41626669230084e-7, 2.22241238938534e-9];
  const SERIES = [
    1 + (3 / 6) * E2 + (30 / 80) * E2 ** 2 + (35 / 112) * E2 ** 3 + (630 / 2304) * E2 ** 4,
    (1 / 6) * E2 + (15 / 80) * E2 ** 2 + (21 / 112) * E2 ** 3 + (420 / 2304) * E2 ** 4,
    (3 / 80) * E2 ** 2 + (7 / 112) * E2 ** 3 + (180 / 2304) * E2 ** 4,
    (1 / 112) * E2 ** 3 + (45 / 2304) * E2 ** 4,
    (5 / 2304) * E2 ** 4,
  ];

  // Krüger's series to the fourth power of n, of a third of the ellipsoid's flattening.
  const N = F / (2 - F);
  const MERIDIAN = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
  const ALPHA = [
    N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
    (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
    (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
    (49561 / 161280) * N ** 4,
  ];

  // Half away from zero, as decimals: what is a tie in its shortest decimal form goes up.
  function rounded(value, digits) {
    const scale = 10 ** digits;
    const size = Math.abs(value);
    const scaled = size * scale;
    const whole = Math.floor(scaled);
    const spacing = (number) => 2 ** (Math.floor(Math.log2(number || Number.MIN_VALUE)) - 52);
    const tie = 0.5 * (spacing(size) * scale + spacing(scaled));
    return (Math.sign(value) * (whole + (scaled - whole >= 0.5 - tie ? 1 : 0))) / scale;
  }

  // Easting and northing in a plane, of degrees.
  function toPlane(lat, lng, plane) {
    const k = (2 * Math.sqrt(N)) / (1 + N);
    const sine = Math.sin(lat * RADIAN);
    const t = Math.sinh(Math.atanh(sine) - k * Math.atanh(k * sine));
    const away = (lng - plane.meridian) * RADIAN;
    const xi = Math.atan2(t, Math.cos(away));
    const eta = Math.atanh(Math.sin(away) / Math.sqrt(1 + t * t));
    let [east, north] = [eta, xi];
    ALPHA.forEach((alpha, n) => {
      const m = 2 * (n + 1);
      east += alpha * Math.cos(m * xi) * Math.sinh(m * eta);
      north += alpha * Math.sin(m * xi) * Math.cosh(m * eta);
    });
    return [plane.false_east_m + MERIDIAN * east, MERIDIAN * north];
  }

  // Latitude and longitude in radians, of easting and northing, by the norm's series.
  function toRadians(east, north, plane) {
    const arc = K0 * north;
    const sine = Math.sin(arc);
    const square = sine * sine;
    const foot = arc + Math.cos(arc) * sine * (K[0] - square * (K[1] - square * (K[2] - square * K[3])));
    const t2 = Math.tan(foot) ** 2;
    const cosine = Math.cos(foot);
    const eta2 = (E2 / (1 - E2)) * cosine ** 2;
    const v2 = 1 + eta2;
    const q = ((east - plane.false_east_m) * Math.sqrt(v2)) / POLAR;
    const q2 = q * q;
    const lat = foot - ((v2 * Math.sqrt(t2) * Math.sign(foot) * q2) / 2) * (
      1 - (q2 / 12) * (5 + 3 * t2 + eta2 - 9 * eta2 * t2) + ((q2 * q2) / 360) * (61 + 90 * t2 + 45 * t2 * t2)
    );
    const lng = plane.meridian * RADIAN + (q / cosine) * (
      1 - (q2 / 6) * (1 + 2 * t2 + eta2) + ((q2 * q2) / 120) * (5 + 28 * t2 + 24 * t2 * t2 + 6 * eta2 + 8 * eta2 * t2)
    );
    return [lat, lng];
  }

  function toDegrees(east, north, plane) {
    return toRadians(east, north, plane).map((radians) => radians / RADIAN);
  }

  // The area between two parallels and two meridians.
  function trapezoid(width, lat1, lat2) {
    const half = (lat2 - lat1) / 2;
    const middle = (lat1 + lat2) / 2;
    let sum = 0;
    SERIES.forEach((constant, n) => {
      const m = 2 * n + 1;
      sum += (n % 2 ? -1 : 1) * constant * Math.sin(m * half) * Math.cos(m * middle);
    });
    return 2 * B * B * width * sum;
  }

  // The area of a ring of [latitude, longitude] in radians, rounded to 0.000001″ as the norm wants.
  function enclosed(places) {
    const ring = places.map((place) => place.map((radians) => rounded((radians / RADIAN) * SECONDS, 6) / SECONDS * RADIAN));
    let sum = 0;
    ring.forEach(([lat, lng], n) => {
      const [nextLat, nextLng] = ring[(n + 1) % ring.length];
      sum += trapezoid((lng - ring[0][1] + (nextLng - ring[0][1])) / 2, lat, nextLat);
    });
    return Math.abs(sum);
  }

  // The points of an open ring with those that divide its long edges; `round` is applied to each.
  function divided(ring, lengthOf, round) {
    return ring.flatMap((point, n) => {
      const next = ring[(n + 1) % ring.length];
      const parts = Math.floor(lengthOf(point, next) / DIVIDE_M) + 1;
      const points = [round(point, 4)];
      for (let part = 1; part < parts; part += 1) {
        points.push(round(point.map((value, axis) => value + (next[axis] - value) * (part / parts)), 6));
      }
      return points;
    });
  }

  // The official area in m² of an open ring of [easting, northing] in a plane.
  function planeArea(ring, plane) {
    const lengthOf = (a, b) => Math.hypot(b[0] - a[0], b[1] - a[1]);
    const round = (point, digits) => point.map((value) => rounded(value, digits));
    return enclosed(divided(ring, lengthOf, round).map(([east, north]) => toRadians(east, north, plane)));
  }

  // The same of a ring of [longitude, latitude] in degrees, whose edges are straight in degrees.
  function degreeArea(ring) {
    const lengthOf = (a, b) => {
      const nearest = Math.min(Math.abs(a[1]), Math.abs(b[1])) * RADIAN;
      return Math.hypot((b[0] - a[0]) * RADIAN * Math.cos(nearest), (b[1] - a[1]) * RADIAN) * POLAR;
    };
    return enclosed(divided(ring, lengthOf, (point) => point).map(([lng, lat]) => [lat * RADIAN, lng * RADIAN]));
  }

  // The area in m² of places on the map, in a plane or (null) in degrees.
  function areaOf(places, plane) {
    if (places.length < 3) return 0;
    if (!plane) return degreeArea(places.map(({ lat, lng }) => [lng, lat]));
    return planeArea(places.map(({ lat, lng }) => toPlane(lat, lng, plane)), plane);
  }

  // Metres between two places: in the plane, or (null) along the ellipsoid by its radii at the middle.
  function distance(one, other, plane) {
    if (plane) {
      const [a, b] = [toPlane(one.lat, one.lng, plane), toPlane(other.lat, other.lng, plane)];
      return Math.hypot(b[0] - a[0], b[1] - a[1]);
    }
    const middle = ((one.lat + other.lat) / 2) * RADIAN;
    const w2 = 1 - E2 * Math.sin(middle) ** 2;
    const normal = A / Math.sqrt(w2);
    const along = (A * (1 - E2)) / w2 ** 1.5;
    const north = (other.lat - one.lat) * RADIAN * along;
    const east = (other.lng - one.lng) * RADIAN * normal * Math.cos(middle);
    return Math.hypot(north, east);
  }

  townland.geodesy = { rounded, toPlane, toDegrees, planeArea, degreeArea, areaOf, distance };
})();
