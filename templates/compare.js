"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const pick = [get("first"), get("second")], pair = get("pair"), all = get("all");
  const last = pick[0].options.length - 1;
  pick[0].selectedIndex = last - 1;
  pick[1].selectedIndex = last;
  pick[0].closest(".tools").hidden = false;
  const numberOf = (cell, key) => key in cell.dataset ? Number(cell.dataset[key]) : null;
  const figure = (value) => value.toLocaleString("en-GB", { maximumFractionDigits: 3 });
  const difference = (a, b) => {
    if (a === null || b === null) return "cannot be compared";
    const step = Math.round((b - a) * 1000) / 1000;
    return step === 0 ? "the same" : `${step > 0 ? "up" : "down"} by ${figure(Math.abs(step))}`;
  };
  const ranges = (one, two) => {
    const [a, b] = [one, two].map((cell) => [numberOf(cell, "l"), numberOf(cell, "h")]);
    if ([...a, ...b].includes(null)) return "";
    return a[0] <= b[1] && b[0] <= a[1] ? "; ranges overlap" : "; ranges do not overlap";
  };
  const show = () => {
    const at = pick.map((list) => list.selectedIndex + 1);
    const heads = pair.tHead.rows[0].cells, names = all.tHead.rows[0].cells;
    at.forEach((index, side) => { heads[side + 1].textContent = names[index].textContent; });
    Array.from(pair.tBodies[0].rows).forEach((row, place) => {
      const [one, two] = at.map((index) => all.tBodies[0].rows[place].cells[index]);
      row.cells[1].textContent = one.textContent;
      row.cells[2].textContent = two.textContent;
      row.cells[3].textContent = difference(numberOf(one, "v"), numberOf(two, "v")) + ranges(one, two);
    });
  };
  pick.forEach((list) => list.addEventListener("change", show));
  show();
})();
