// Before anything is painted: the theme that the reader chose, so that the page does not flash.
(function () {
  "use strict";
  let chosen = null;
  try {
    chosen = window.localStorage.getItem("ai-usage-theme");
  } catch (error) {
    chosen = null; // storage is off, as browsers have it for some files: the system's theme then
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
