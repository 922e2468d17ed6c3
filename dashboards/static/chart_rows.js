// Charts of the chosen period: bars, scatter.
(function (site) {
  "use strict";
  const { charts, parts } = site;

  // From so many dots on, they are small and only those with room around them are named.
  const CROWDED = 20;

  charts.bars = function (chart, view) {
    const rows = view.now;
    const every = [...new Set(rows.map((row) => row[chart.category]))];
    const categories = every.slice(0, chart.limit || every.length);
    const series = parts.seriesOf({ ...view, rows }, chart.values, chart.series, chart.palette);
    const find = (one, category) => one.rows.find((row) => row[chart.category] === category);
    const isSingle = series.length === 1;
    const hasLabels = !chart.stacked && series.length <= 3;
    const thick = chart.stacked ? 18 : Math.max(11, 20 - 3 * series.length);
    const perRow = (chart.stacked ? thick : thick * series.length) + 14;
    const steps = [];
    categories.forEach((category, index) => {
      const told = series.map((one) => (isSingle ? "" : one.name + " ") + parts.said(find(one, category), one.column, view));
      const first = series.findIndex((one) => (find(one, category) || {})[one.column] != null);
      steps.push({
        text: `${site.named(category, chart.category)}: ${told.join(", ")}`,
        show: first < 0 ? null : { seriesIndex: first, dataIndex: index },
      });
    });
    const unit = parts.unitNote(view, chart.values);
    const hasHiddenPart = chart.stacked && hiddenPart(chart, view, series, categories, find, thick).length > 0;
    const names = series.map((one) => one.name).concat(hasHiddenPart ? ["hidden"] : []);
    const ranges = chart.stacked ? [] : rangesOf(view, series, categories, find, thick);
    const top = isSingle ? 4 : parts.legendHeight(view, names);
    return {
      option: {
        ...parts.base(view),
        grid: { left: 8, right: ranges.length ? 124 : hasLabels || chart.stacked ? 64 : 24, top, bottom: unit ? 30 : 8, containLabel: true },
        xAxis: parts.valueAxis(view, chart.values[0], {
          splitNumber: view.isNarrow ? 2 : 4, name: unit, nameLocation: "middle", nameGap: 28,
          axisLabel: {
            ...parts.text(view), color: view.colours.muted, hideOverlap: true,
            formatter: (v) => site.tick(v, view.about[chart.values[0]], view.currency),
          },
        }),
        yAxis: parts.categoryAxis(view, categories.map((value) => site.named(value, chart.category)), {
          inverse: true, axisLine: { show: false },
          axisLabel: {
            ...parts.text(view), interval: 0, width: view.isNarrow ? 104 : 170, overflow: "break", lineHeight: 14,
          },
        }),
        tooltip: { ...parts.base(view).tooltip, trigger: "axis", axisPointer: { type: "shadow" },
          formatter: (hit) => steps[hit[0].dataIndex].text.replace(": ", "\n").replaceAll(", ", "\n") },
        legend: isSingle ? undefined : parts.legend(view, names),
        series: series.map((one) => ({
          id: one.id, name: one.name, type: "bar", stack: chart.stacked ? "all" : undefined, color: one.colour,
          barWidth: thick, barGap: "15%", itemStyle: one.isMuted
            ? { borderColor: view.colours.muted, borderWidth: 1 }
            : { borderColor: view.colours.ground, borderWidth: chart.stacked ? 0.5 : 0 },
          data: categories.map((category) => (find(one, category) || {})[one.column] ?? null),
          markLine: one === series[0] ? referenceLine(chart, view, rows) : undefined,
          label: {
            show: hasLabels, position: "right", ...parts.text(view, 11), color: view.colours.muted,
            formatter: (hit) => site.figure(hit.value, view.about[one.column], view.currency),
          },
        })).concat(chart.stacked ? sums(chart, view, series, categories, find) : []).concat(chart.stacked ? hiddenPart(chart, view, series, categories, find, thick) : missingWords(view, series, categories, find, thick)).concat(ranges),
      },
      height: categories.length * perRow + top + (unit ? 52 : 30),
      steps,
      flags: [
        ...(categories.length < every.length ? [`The table has ${site.fixed(every.length - categories.length, 0)} more.`] : []),
        ...parts.flags(view, rows, chart.values), ...parts.runningFlag(view),
      ],
    };
  };

  // The whole at the end of a stacked bar, where no part of it is missing; shares of a whole need none.
  function sums(chart, view, series, categories, find) {
    const about = view.about[chart.values[0]];
    if (about.unit === "ratio" || series.length < 2) return [];
    const figures = categories.map((category) => series.map((one) => find(one, category)).map((row, at) => row && row[series[at].column]));
    const whole = categories.map((_, at) => at).filter((at) => figures[at].every((value) => value !== null) && figures[at].some(Boolean));
    const sum = (at) => figures[at].reduce((total, value) => total + (value || 0), 0);
    return [{
      id: "/sums", type: "scatter", silent: true, symbolSize: 1, itemStyle: { color: "transparent" },
      data: whole.map((at) => [sum(at), at]),
      label: {
        show: true, position: "right", ...parts.text(view, 11), color: view.colours.muted,
        formatter: (hit) => site.figure(hit.value[0], about, view.currency),
      },
    }];
  }

  // Of shares of a whole, what hidden parts make up together.
  function hiddenPart(chart, view, series, categories, find, thick) {
    if (view.about[chart.values[0]].unit !== "ratio") return [];
    const rest = categories.map((category) => {
      const values = series.map((one) => find(one, category)).map((row, at) => (row ? row[series[at].column] : null));
      const isHidden = series.some((one) => {
        const row = find(one, category);
        return row && row[one.column] === null && row.is_suppressed;
      });
      return isHidden ? Math.max(0, 1 - values.reduce((sum, value) => sum + (value || 0), 0)) : null;
    });
    if (rest.every((value) => value === null)) return [];
    return [{ id: "/hidden", name: "hidden", type: "bar", stack: "all", silent: true, barWidth: thick, data: rest, ...parts.hatched(view) }];
  }

  // Ranges of hidden figures, outlined where their bars would be.
  function rangesOf(view, series, categories, find, thick) {
    const made = series.map((one, place) => {
      const data = categories.map((category, at) => [at, ...parts.ends(find(one, category), one.column)]);
      return parts.outline(view, one, data, false, thick, (place - (series.length - 1) / 2) * thick * 1.15);
    });
    return made.filter((one) => one.data.some(([, low]) => !Number.isNaN(low)));
  }

  // Where a bar is missing stands why, so that it does not look like a zero.
  function missingWords(view, series, categories, find, thick) {
    const made = [];
    series.forEach((one, place) => {
      const gone = categories.filter((category) => (find(one, category) || {})[one.column] === null);
      if (!gone.length) return;
      made.push({
        id: `/missing/${one.id}`, type: "scatter", silent: true, symbolSize: 1, itemStyle: { color: "transparent" },
        symbolOffset: [0, (place - (series.length - 1) / 2) * thick * 1.15],
        data: gone.map((category) => [parts.ends(find(one, category), one.column)[1] || 0, categories.indexOf(category)]),
        label: {
          show: true, position: "right", ...parts.text(view, 11), color: view.colours.muted, fontStyle: "italic",
          formatter: (hit) => parts.said(find(one, gone[hit.dataIndex]), one.column, view, true),
        },
      });
    });
    return made;
  }

  // A figure to compare with, across all bars.
  function referenceLine(chart, view, rows) {
    const row = chart.reference ? rows.find((one) => one[chart.reference] !== null) : null;
    if (!row) return undefined;
    const about = view.about[chart.reference];
    return {
      silent: true, symbol: "none", lineStyle: { color: view.colours.strong, type: "dashed", width: 1.5 },
      data: [{
        xAxis: row[chart.reference],
        label: { position: "insideEndTop", rotate: 0, ...parts.text(view, 11), formatter: `${about.label} ${site.figure(row[chart.reference], about, view.currency)}` },
      }],
    };
  }

  charts.scatter = function (chart, view) {
    const rows = view.now.filter((row) => row[chart.x] !== null && row[chart.y] !== null);
    const missing = view.now.filter((row) => !rows.includes(row));
    const blind = (row) => (chart.without && row[chart.without] ? ` (without ${site.named(row[chart.without], chart.without)})` : "");
    const named = (row) => site.named(row[chart.label], chart.label) + blind(row);
    const ofSeries = (row) => (chart.series ? ` (${site.named(row[chart.series], chart.series)})` : "");
    const told = (row) =>
      `${named(row)}${ofSeries(row)}: ${view.about[chart.x].label} ${parts.said(row, chart.x, view)}, ` +
      `${view.about[chart.y].label} ${parts.said(row, chart.y, view)}` +
      (chart.size ? `, ${view.about[chart.size].label} ${parts.said(row, chart.size, view)}` : "");
    const largest = chart.size ? Math.max(1, ...rows.map((row) => row[chart.size] || 0)) : 1;
    const groups = chart.series
      ? parts.seriesOf({ ...view, rows }, [chart.y], chart.series)
      : [{ id: "dots", name: "", rows, colour: view.colours.series[0], symbol: "circle" }];
    const top = groups.length > 1 ? parts.legendHeight(view, groups.map((group) => group.name)) : 0;
    const isCrowded = rows.length > CROWDED;
    const [least, most] = isCrowded ? [5, 15] : [8, 22];
    const radius = (row) =>
      chart.size && row[chart.size] !== null ? least + most * Math.sqrt(row[chart.size] / largest) : isCrowded ? 8 : 12;
    const quadrants = chart.quadrants;
    // The heights at which the quadrants are split: more than one where each series has its own.
    const heights = new Set(quadrants ? rows.map((row) => row[quadrants.y]).filter((value) => value !== null) : []);
    const frame = {
      x: bounds(rows, chart.x, quadrants && quadrants.x, view.about[chart.x].unit === "ratio"),
      y: bounds(rows, chart.y, quadrants && quadrants.y, view.about[chart.y].unit === "ratio"),
    };
    const withRoom = isCrowded ? apart(rows, chart, frame) : null;
    const axis = (column, more) =>
      parts.valueAxis(view, column, {
        name: site.labelled(view.about[column], view.currency),
        nameLocation: "middle", scale: true, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: view.colours.muted } },
        axisLabel: {
          ...parts.text(view), color: view.colours.muted, showMinLabel: false, showMaxLabel: false, hideOverlap: true,
          formatter: (v) => site.tick(v, view.about[column], view.currency),
        },
        ...more,
      });
    return {
      option: {
        ...parts.base(view),
        grid: { left: 28, right: 24, top: top + 12, bottom: 34, containLabel: true },
        xAxis: axis(chart.x, { nameGap: 28, ...frame.x }),
        yAxis: axis(chart.y, { nameGap: 40, ...frame.y }),
        tooltip: { ...parts.base(view).tooltip, formatter: (hit) => told(groups[hit.seriesIndex].rows[hit.dataIndex]).replaceAll(", ", "\n").replace(": ", "\n") },
        legend: groups.length > 1 ? parts.legend(view, groups.map((group) => group.name)) : undefined,
        series: groups.map((group, at) => (
          {
            id: group.id, name: group.name, type: "scatter", color: group.colour, symbol: group.symbol,
            itemStyle: { opacity: isCrowded ? 0.7 : 0.85, borderColor: view.colours.ground, borderWidth: 1 },
            data: group.rows.map((row) => ({
              value: [row[chart.x], row[chart.y]], symbolSize: radius(row), label: { show: !withRoom || withRoom.has(row) },
            })),
            label: {
              show: true, position: "top", ...parts.text(view, 11), formatter: (hit) => named(group.rows[hit.dataIndex]),
              width: 200, overflow: "truncate",
            },
            labelLayout: rows.length > 15 ? { hideOverlap: true } : { hideOverlap: true, moveOverlap: "shiftY" },
            markLine: quadrants ? dividing(quadrants, group, at, heights, view) : undefined,
            markArea: quadrants && !at ? corners(quadrants, view, frame) : undefined,
          }
        )),
      },
      height: (view.isNarrow ? 360 : 440) + top,
      steps: groups.flatMap((group, at) =>
        group.rows.map((row, index) => ({ text: told(row), show: { seriesIndex: at, dataIndex: index } })),
      ),
      flags: [
        ...(isCrowded ? ["Named are the dots with room around them; point at the others, or see the data."] : []),
        ...(missing.length
          ? [`Without a dot, because a figure is hidden or not known: ${someOf(missing.map((row) => site.named(row[chart.label], chart.label) + ofSeries(row)))}.`]
          : []),
        ...parts.runningFlag(view),
      ],
    };
  };

  // Of many dots, those whose name has room: no other dot within a label's width and height. The tooltip, the arrow
  // keys and the data name all of them.
  function apart(rows, chart, frame) {
    const across = (one, other) => Math.abs(one[chart.x] - other[chart.x]) / (frame.x.max - frame.x.min);
    const up = (one, other) => Math.abs(one[chart.y] - other[chart.y]) / (frame.y.max - frame.y.min);
    const isNear = (one, other) => one !== other && across(one, other) < 0.06 && up(one, other) < 0.07;
    return new Set(rows.filter((row) => !rows.some((other) => isNear(row, other))));
  }

  // A few names, and how many more the data has.
  function someOf(names) {
    const distinct = [...new Set(names)];
    if (distinct.length <= 6) return distinct.join(", ");
    return `${distinct.slice(0, 5).join(", ")} and ${site.fixed(distinct.length - 5, 0)} more (see the data)`;
  }

  // Room around the dots, so that none sits on the frame and the dividing lines are inside.
  function bounds(rows, column, divider, isRatio) {
    const values = rows.flatMap((row) => [row[column], divider ? row[divider] : null]).filter((value) => value !== null);
    if (!values.length) return {};
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const room = (high - low || Math.abs(high) || 1) * 0.18;
    const [from, to] = [Math.floor((low - room) * 20) / 20, Math.ceil((high + room) * 20) / 20];
    return { min: low >= 0 ? Math.max(0, from) : from, max: isRatio && high <= 1 ? Math.min(1.1, to) : to };
  }

  function divider(quadrants, view) {
    const row = view.now.find((one) => one[quadrants.x] !== null && one[quadrants.y] !== null);
    return row ? [row[quadrants.x], row[quadrants.y]] : null;
  }

  // One line up, and one across: for each series its own where their heights differ, in the colour of its dots.
  function dividing(quadrants, group, at, heights, view) {
    const [first, row] = [divider(quadrants, view), group.rows.find((one) => one[quadrants.y] !== null)];
    if (!first || !row) return undefined;
    const isOwn = heights.size > 1;
    const label = {
      show: isOwn, position: row[quadrants.y] === Math.max(...heights) ? "insideEndTop" : "insideEndBottom",
      ...parts.text(view, 11), color: group.colour,
      formatter: () => `${group.name} ${site.figure(row[quadrants.y], view.about[quadrants.y] || { unit: "ratio" })}`,
    };
    const across = { yAxis: row[quadrants.y], label, lineStyle: isOwn ? { color: group.colour, type: "dashed" } : undefined };
    const data = [...(at ? [] : [{ xAxis: first[0] }]), ...(at && !isOwn ? [] : [across])];
    return { silent: true, symbol: "none", lineStyle: { color: view.colours.muted, type: "dashed" }, label: { show: false }, data };
  }

  // The names of the corners, about the middle of the lines across.
  function corners(quadrants, view, frame) {
    const first = divider(quadrants, view);
    if (!first) return undefined;
    const heights = view.now.map((row) => row[quadrants.y]).filter((value) => value !== null);
    const at = [first[0], (Math.min(...heights) + Math.max(...heights)) / 2];
    const corner = (name, position, from, to) => [
      { name, ...from, label: { show: true, position, ...parts.text(view, 12), color: view.colours.muted, fontStyle: "italic" }, itemStyle: { color: "transparent" } },
      to,
    ];
    return {
      silent: true,
      data: [
        corner(quadrants.left_top, "insideTopLeft", { xAxis: frame.x.min, yAxis: at[1] }, { xAxis: at[0], yAxis: frame.y.max }),
        corner(quadrants.right_top, "insideTopRight", { xAxis: at[0], yAxis: at[1] }, { xAxis: frame.x.max, yAxis: frame.y.max }),
        corner(quadrants.left_bottom, "insideBottomLeft", { xAxis: frame.x.min, yAxis: frame.y.min }, { xAxis: at[0], yAxis: at[1] }),
        corner(quadrants.right_bottom, "insideBottomRight", { xAxis: at[0], yAxis: frame.y.min }, { xAxis: frame.x.max, yAxis: at[1] }),
      ],
    };
  }
})(window.aiUsage);
