// Colours of the charts, from the style sheet; light, dark, and on paper.
(function (site) {
  "use strict";
  const root = document.documentElement;
  const wanted = ["auto", "light", "dark"];
  const labels = { auto: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };

  function colours() {
    const style = window.getComputedStyle(root);
    const read = (name) => style.getPropertyValue(name).trim();
    return {
      text: read("--text"), muted: read("--muted"), line: read("--line"), ground: read("--card"), accent: read("--accent"),
      hidden: read("--hidden"), strong: read("--strong"),
      series: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => read("--series-" + number)),
      scale: [1, 2, 3, 4, 5].map((number) => read("--scale-" + number)),
    };
  }

  function show(button) {
    const now = root.dataset.theme || "auto";
    button.textContent = labels[now];
  }

  // The button goes round: system, light, dark.
  function toggle(redraw) {
    const button = document.getElementById("theme");
    button.hidden = false;
    show(button);
    button.addEventListener("click", () => {
      const next = wanted[(wanted.indexOf(root.dataset.theme || "auto") + 1) % wanted.length];
      if (next === "auto") delete root.dataset.theme;
      else root.dataset.theme = next;
      try {
        window.localStorage.setItem("ai-usage-theme", next);
      } catch (error) {
        button.title = "This browser does not keep the choice for the next page.";
      }
      show(button);
      redraw();
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  Object.assign(site, { colours, toggle });
})(window.aiUsage);
