// The data of a chart as a table, and as CSV that no spreadsheet runs.
(function (site) {
  "use strict";

  // A text that a spreadsheet would take for a formula gets an apostrophe in front; figures stay figures.
  function safe(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const text = String(value);
    // So does one inside a text where another locale's separator, or a line's end, would begin a cell with it.
    const parts = text.replace(/([;,\t\r\n]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g, "$1'");
    const harmless = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/.test(text) ? "'" + parts : parts;
    return /[",;\n\r]/.test(harmless) ? '"' + harmless.replaceAll('"', '""') + '"' : harmless;
  }

  // RFC 4180, with a mark of UTF-8 in front for spreadsheets. A figure that is hidden is an empty cell, and the column
  // "Hidden" names it; "Period state" tells whole periods from those that are running or not final.
  function csv(table) {
    const notes = table.notes || [];
    const more = notes.length ? ["Hidden", ...(table.hasPeriod ? ["Period state"] : [])] : [];
    const noted = (note) => (more.length ? [note.hidden.join("; "), ...(table.hasPeriod ? [note.state] : [])] : []);
    const lines = [
      [...table.head, ...more], ...table.rows.map((row, at) => [...row.map((cell) => cell.raw), ...noted(notes[at])]),
    ];
    return "\ufeff" + lines.map((line) => line.map(safe).join(",")).join("\r\n") + "\r\n";
  }

  function download(name, table) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv;charset=utf-8" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // A figure as the CSV has it, with four decimals at most, in the unit of its header: a share in percent.
  function exact(value, about) {
    if (typeof value !== "number") return value;
    return Math.round(value * (about.unit === "ratio" ? 1e6 : 1e4)) / 1e4;
  }

  // Head and rows of a chart: `raw` as the CSV has it, `text` as the reader sees it; `notes` go into the CSV alone.
  function tableOf(chart, view) {
    const overTime = ["line", "stack", "heatmap"].includes(chart.type) || chart.all_periods;
    const rows = overTime ? [...view.rows].reverse() : view.now;
    const columns = chart.table;
    const head = columns.map((column) => site.labelled(view.about[column], view.currency));
    const cells = (row) => columns.map((column) => cell(row, column, view.about[column]));
    const notes = rows.map((row) => ({
      hidden: columns.flatMap((column, at) => (row[column] === null && row.is_suppressed ? [hiddenNote(row, column, head[at], view)] : [])),
      state: view.period ? site.whyIncomplete(row, view.period) || "complete" : "",
    }));
    if (!view.period) return { head, rows: rows.map(cells), columns, notes };
    const made = rows.map((row) => {
      const start = site.startOf(row, view.period);
      const name = view.period === "month" ? site.days.month(start) : site.days.date(start);
      const over = site.isRunning(row, view.period) ? ` (${site.whyIncomplete(row, view.period)})` : "";
      return [{ raw: start, text: name + over }, ...cells(row)];
    });
    return { head: [view.period === "month" ? "Month" : "Week from", ...head], rows: made, columns: [null, ...columns], notes, hasPeriod: true };
  }

  // The name of a hidden figure, with its range where one is known.
  function hiddenNote(row, column, name, view) {
    const range = site.range(row, column, view.about[column]);
    return range ? `${name}: ${range}` : name;
  }

  // As a chart of its own a table of one period leaves the period to the line below its title, and units that the
  // cells have to the cells.
  function withoutPeriod(table, view) {
    const from = view.period ? 1 : 0;
    const shown = table.columns.slice(from);
    const bare = (column) => {
      const about = view.about[column];
      return ["ratio", "money"].includes(about.unit) ? about.label : site.labelled(about, view.currency);
    };
    return { head: shown.map(bare), rows: table.rows.map((row) => row.slice(from)) };
  }

  function cell(row, column, about) {
    const value = row[column];
    if (value === null) {
      const why = row.is_suppressed ? site.range(row, column, about) || "hidden" : about.missing || "not given";
      return { raw: null, text: why, isMissing: row.is_suppressed || !about.missing };
    }
    if (typeof value === "string" && (about.unit || "text") === "text") {
      return { raw: site.named(value, column), href: about.link ? site.page.departments[row.department_key] : undefined };
    }
    if (about.unit === "yes_no") return { raw: value ? "yes" : "no", text: site.figure(value, about) };
    return { raw: exact(value, about), text: site.figure(value, about, row.currency), isFigure: typeof value === "number", isDay: ["day", "time"].includes(about.unit) };
  }

  function content(one) {
    const text = String(one.text ?? one.raw ?? "–");
    if (!one.href) return text;
    const link = document.createElement("a");
    link.href = one.href;
    link.textContent = text;
    return link;
  }

  function draw(table, caption) {
    const made = document.createElement("table");
    const head = made.createTHead().insertRow();
    made.createCaption().textContent = caption;
    table.head.forEach((name, at) => {
      const title = document.createElement("th");
      title.scope = "col";
      title.textContent = name;
      if (table.rows.some((row) => row[at].isFigure)) title.className = "number";
      head.append(title);
    });
    const body = made.createTBody();
    // Sentences do not fit beside each other on a phone: there each row becomes a block (site.css). Roles keep it a table.
    const isLong = table.rows.some((row) => row.some((one) => String(one.text ?? one.raw).length > 40));
    if (isLong) {
      made.className = "long";
      for (const [part, role] of [[made, "table"], [made.tHead, "rowgroup"], [head, "row"], [body, "rowgroup"]]) part.setAttribute("role", role);
      for (const title of head.cells) title.setAttribute("role", "columnheader");
    }
    for (const row of table.rows) {
      const line = body.insertRow();
      if (isLong) line.setAttribute("role", "row");
      row.forEach((one, at) => {
        const cellOfRow = document.createElement(at === 0 ? "th" : "td");
        if (at === 0) cellOfRow.scope = "row";
        cellOfRow.append(content(one));
        if (table.rows.some((other) => other[at].isFigure)) cellOfRow.classList.add("number");
        if (one.isMissing) cellOfRow.classList.add("no-figure");
        if (one.isDay) cellOfRow.classList.add("day");
        if (isLong) {
          cellOfRow.dataset.label = table.head[at];
          cellOfRow.setAttribute("role", at === 0 ? "rowheader" : "cell");
        }
        line.append(cellOfRow);
      });
    }
    return made;
  }

  site.table = { csv, exact, download, tableOf, withoutPeriod, draw };
})(window.aiUsage);
