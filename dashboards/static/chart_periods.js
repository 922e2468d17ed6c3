// Charts over periods: line, stack, heat map. The chosen period is marked; what is not over is dashed or pale.
(function (site) {
  "use strict";
  const { charts, parts } = site;
  const cross = "path://M0,0 L10,10 M10,0 L0,10";

  function runningOf(rows, view) {
    const incomplete = rows.filter((row) => site.isRunning(row, view.period));
    return new Map(incomplete.map((row) => [site.startOf(row, view.period), site.whyIncomplete(row, view.period)]));
  }

  function time(view) {
    return { starts: site.periodsOf(view.rows, view.period), running: runningOf(view.rows, view) };
  }

  function at(rows, view) {
    return new Map(rows.map((row) => [site.startOf(row, view.period), row]));
  }

  function timeAxis(view, starts, more) {
    return parts.categoryAxis(view, starts, {
      axisLabel: {
        ...parts.text(view), color: view.colours.muted, hideOverlap: true, alignMaxLabel: "right",
        formatter: (iso) => parts.periodLabel(iso, view.period),
      },
      ...more,
    });
  }

  // A thin line at the chosen period, and at the one it is compared with.
  function chosenLine(view, starts, pair) {
    const marks = [];
    if (starts.includes(view.start) && view.start !== starts.at(-1)) marks.push(view.start);
    const before = pair && view.start ? site.earlier(view.start, pair, view.period) : null;
    if (before && starts.includes(before)) marks.push(before);
    return {
      silent: true, symbol: "none", animation: false, lineStyle: { color: view.colours.muted, type: "dotted", width: 1.5 },
      label: { show: false }, data: marks.map((start) => ({ xAxis: start })),
    };
  }

  // Events by the period in which they lie: "Rollout: ChatGPT in Sales, People. Training for everybody".
  function eventsOf(chart, view, starts) {
    const found = new Map();
    if (!chart.events) return found;
    for (const [day, tool, department, text] of site.page.events || []) {
      const start = starts.filter((one) => one <= day).at(-1);
      if (!start || site.earlier(start, -1, view.period) <= day) continue;
      const { tools, texts } = found.get(start) || found.set(start, { tools: new Map(), texts: [] }).get(start);
      if (text) texts.push(text);
      else tools.set(tool, [...(tools.get(tool) || []), department]);
    }
    const rollouts = (tools) => [...tools].map(([tool, units]) => `${site.named(tool, "tool")} in ${units.join(", ")}`).join("; ");
    const said = ({ tools, texts }) => [...(tools.size ? [`Rollout: ${rollouts(tools)}`] : []), ...texts].join(". ");
    return new Map([...found].map(([start, event]) => [start, said(event)]));
  }

  // A thin vertical line for each period with an event, in each panel; the tooltip says which.
  function eventMarks(view, events, starts, panels) {
    return Array.from({ length: panels }, (_, at) => ({
      id: `/events/${at}`, name: "event", type: "line", xAxisIndex: at, yAxisIndex: at, data: starts.map(() => null),
      markLine: {
        silent: true, symbol: ["none", "triangle"], symbolSize: 8, animation: false, label: { show: false },
        lineStyle: { color: view.colours.muted, type: "solid", width: 1, opacity: 0.5 },
        data: [...events.keys()].map((start) => ({ xAxis: start })),
      },
    }));
  }

  // What a mark of periods that are not complete means.
  function why(mark, running) {
    return running.size ? [`${mark}: ${[...new Set(running.values())].join("; ")}.`] : [];
  }

  // For each step along the axis: what a screen reader says, and which point the tooltip goes to.
  function stepsOf(view, starts, series, running, events = new Map()) {
    return starts.map((start, index) => {
      const event = events.has(start) ? `. ${events.get(start)}` : "";
      const told = series.map((one) => `${one.name} ${parts.said(one.at.get(start), one.column, view)}`);
      const first = series.findIndex((one) => (one.at.get(start) || {})[one.column] != null);
      const over = running.has(start) ? ` (${running.get(start)})` : "";
      return {
        text: `${parts.periodName(start, view.period)}${over}: ${told.join(", ")}${event}`,
        show: first < 0 ? null : { seriesIndex: first, dataIndex: index },
      };
    });
  }

  function axisTooltip(view, starts, series, running, events = new Map()) {
    const steps = stepsOf(view, starts, series, running);
    return {
      trigger: "axis",
      formatter: (hit) => {
        const index = (Array.isArray(hit) ? hit[0] : hit).dataIndex;
        const [head, rest] = [steps[index].text.split(": ")[0], series.map(
          (one) => `${one.name}  ${parts.said(one.at.get(starts[index]), one.column, view)}`,
        )];
        return [head, ...rest, ...(events.has(starts[index]) ? [events.get(starts[index])] : [])].join("\n");
      },
    };
  }

  // Whether an axis may begin above zero: only where nothing is near zero, so that movement can be seen.
  function fromZero(series) {
    const values = series.flatMap((one) => one.rows.map((row) => row[one.column])).filter((value) => value !== null);
    return !values.length || Math.min(...values) < 0.6 * Math.max(...values);
  }

  charts.line = function (chart, view) {
    const { starts, running } = time(view);
    const series = parts.seriesOf(view, chart.y, chart.series).map((one) => ({
      ...one, at: at(one.rows, view), running: runningOf(one.rows, view),
    }));
    const panels = chart.panels ? series.map((one) => [one]) : [series];
    const height = chart.panels ? 165 : 250;
    const names = series.map((one) => one.name).concat(chart.target ? [view.about[chart.target].label] : []);
    const several = !chart.panels && names.length > 1;
    const top = several ? parts.legendHeight(view, names) + 24 : 26;
    const grids = [], xs = [], ys = [], drawn = [];
    panels.forEach((panel, index) => {
      const place = chart.panels ? { top: top + index * (height + 44), height } : { top, bottom: 4 };
      grids.push({ left: 8, right: 12, ...place, containLabel: true });
      xs.push(timeAxis(view, starts, { gridIndex: index, boundaryGap: false }));
      const about = view.about[panel[0].column];
      const name = chart.panels ? site.labelled(about, view.currency) : parts.axisUnit(about, view.currency);
      ys.push(parts.valueAxis(view, panel[0].column, {
        gridIndex: index, name, nameLocation: "end", nameGap: 12, scale: !fromZero(panel),
        nameTextStyle: { ...parts.text(view), color: view.colours.muted, align: "left" },
      }));
    });
    const isDense = starts.length > 40;
    series.forEach((one, index) => {
      const where = chart.panels ? index : 0;
      const value = (start) => (one.at.get(start) || {})[one.column] ?? null;
      const shared = {
        type: "line", name: one.name, xAxisIndex: where, yAxisIndex: where, color: one.colour,
        symbol: one.symbol, symbolSize: isDense ? 3 : 6, showAllSymbol: true, connectNulls: false,
        emphasis: { focus: "none" },
      };
      drawn.push({
        ...shared, id: one.id, lineStyle: { width: one.id === "all" ? 3 : 2, color: one.colour },
        data: starts.map((start) => (one.running.has(start) ? null : value(start))),
        markLine: index === 0 || chart.panels ? chosenLine(view, starts, chart.pair) : undefined,
      });
    });
    series.forEach((one, index) => {
      if (!one.running.size) return;
      const before = new Set([...one.running.keys()].map((start) => starts[starts.indexOf(start) - 1]));
      const value = (start) => (one.at.get(start) || {})[one.column] ?? null;
      drawn.push({
        ...drawn[index], id: one.id + "/running", markLine: undefined, symbol: "emptyCircle",
        lineStyle: { width: 2, type: [4, 4], color: one.colour },
        data: starts.map((start) => (one.running.has(start) || before.has(start) ? value(start) : null)),
      });
    });
    // Wide ranges would cover the lines and say little: the tooltip and the data have them.
    const widest = 0.5 * Math.max(0, ...series.flatMap((one) => one.rows.map((row) => row[one.column] || 0)));
    const narrow = ([low, high]) => (high - low <= widest ? [low, high] : [NaN, NaN]);
    series.forEach((one, index) => {
      const data = starts.map((start, at) => [at, ...narrow(parts.ends(one.at.get(start), one.column))]);
      if (data.every(([, low]) => Number.isNaN(low))) return;
      const offset = chart.panels ? 0 : (index - (series.length - 1) / 2) * 5;
      const where = chart.panels ? index : 0;
      drawn.push({ ...parts.outline(view, one, data, true, 5, offset), xAxisIndex: where, yAxisIndex: where });
    });
    const events = eventsOf(chart, view, starts);
    if (events.size) drawn.push(...eventMarks(view, events, starts, panels.length));
    if (chart.target) {
      const target = at(view.rows.filter((row) => row[chart.target] !== null), view);
      drawn.push({
        type: "line", id: "/target", name: view.about[chart.target].label, symbol: "none", color: view.colours.muted,
        lineStyle: { type: "dashed", width: 1.5, color: view.colours.muted },
        data: starts.map((start) => (target.get(start) || {})[chart.target] ?? null),
      });
    }
    return {
      option: {
        ...parts.base(view), grid: grids, xAxis: xs, yAxis: ys, series: drawn,
        tooltip: { ...parts.base(view).tooltip, ...axisTooltip(view, starts, series, running, events) },
        axisPointer: { link: [{ xAxisIndex: "all" }] },
        legend: several ? parts.legend(view, names) : undefined,
      },
      height: chart.panels ? top + panels.length * (height + 44) - 40 : top + height,
      steps: stepsOf(view, starts, series, running, events),
      flags: [
        ...(events.size ? ["Line with a triangle: something happened; point at it to see what."] : []),
        ...(chart.pair ? [`Dotted: the chosen ${view.period} and ${chart.pair} ${view.period}s before it.`] : []),
        ...parts.flags(view, view.rows, chart.y),
        ...why("Dashed", running),
      ],
    };
  };

  charts.stack = function (chart, view) {
    const { starts, running } = time(view);
    const series = parts.seriesOf(view, [chart.y], chart.series, chart.palette).map((one) => ({
      ...one, at: at(one.rows, view), running: runningOf(one.rows, view),
    }));
    const isArea = chart.shape === "area";
    const isShare = view.about[chart.y].unit === "ratio";
    const drawn = series.map((one, index) => ({
      id: one.id, name: one.name, type: isArea ? "line" : "bar", stack: "all", color: one.colour, symbol: "none",
      areaStyle: isArea ? { opacity: 0.85 } : undefined, lineStyle: isArea ? { width: 1, color: view.colours.ground } : undefined,
      barCategoryGap: "25%", itemStyle: { borderColor: view.colours.ground, borderWidth: isArea ? 0 : 0.5 },
      data: starts.map((start) => {
        const value = (one.at.get(start) || {})[one.column] ?? null;
        return one.running.has(start) && !isArea ? { value, itemStyle: { opacity: 0.45 } } : value;
      }),
      markLine: index === 0 ? chosenLine(view, starts, 0) : undefined,
      markArea: index === 0 && isArea && running.size ? runningArea(view, starts, running) : undefined,
    }));
    const incomplete = starts.filter((start) => series.some((one) => isHidden(one, start)));
    if (isShare) drawn.push(...hiddenShare(view, starts, series, isArea));
    else if (incomplete.length) drawn.push(crosses(view, incomplete));
    const unit = parts.axisUnit(view.about[chart.y], view.currency);
    const top = parts.legendHeight(view, drawn.map((one) => one.name));
    return {
      option: {
        ...parts.base(view), series: drawn,
        grid: { left: 8, right: 12, top: top + 24, bottom: 4, containLabel: true },
        xAxis: timeAxis(view, starts, { boundaryGap: !isArea }),
        yAxis: parts.valueAxis(view, chart.y, {
          ...(isShare ? { max: 1, interval: 0.25 } : {}), name: unit, nameLocation: "end", nameGap: 12,
          nameTextStyle: { ...parts.text(view), color: view.colours.muted, align: "left" },
        }),
        tooltip: { ...parts.base(view).tooltip, ...axisTooltip(view, starts, series, running) },
        legend: parts.legend(view, drawn.filter((one) => one.type !== "scatter").map((one) => one.name)),
      },
      height: 300 + top,
      steps: stepsOf(view, starts, series, running),
      flags: [
        ...parts.flags(view, view.rows, [chart.y]),
        ...(!isShare && incomplete.length ? ["A cross at the axis: something of the bar is hidden."] : []),
        ...why(isArea ? "Shaded" : "Pale", running),
      ],
    };
  };

  function isHidden(one, start) {
    const row = one.at.get(start);
    return Boolean(row) && row[one.column] === null && Boolean(row.is_suppressed);
  }

  // Sums from which something is missing would look complete.
  function crosses(view, starts) {
    return {
      id: "/hidden", name: "hidden", type: "scatter", silent: true, symbol: cross, symbolSize: 7, z: 5,
      itemStyle: { color: "transparent", borderColor: view.colours.muted, borderWidth: 1.5 }, data: starts.map((start) => [start, 0]),
    };
  }

  // Where layers are hidden, what is left of the whole is hatched instead of looking like nothing.
  function hiddenShare(view, starts, series, isArea) {
    const rest = starts.map((start) => {
      const values = series.map((one) => (one.at.get(start) || {})[one.column] ?? null);
      return series.some((one) => isHidden(one, start)) ? Math.max(0, 1 - values.reduce((sum, value) => sum + (value || 0), 0)) : null;
    });
    if (rest.every((value) => value === null)) return [];
    const look = parts.hatched(view);
    return [{
      id: "/hidden", name: "hidden", type: isArea ? "line" : "bar", stack: "all", symbol: "none", silent: true, ...look,
      areaStyle: isArea ? { decal: look.itemStyle.decal } : undefined, lineStyle: { width: 0 },
      barCategoryGap: "25%", data: rest,
    }];
  }

  function runningArea(view, starts, running) {
    const span = (start, at) => [{ xAxis: starts[Math.max(0, at - 1)] }, { xAxis: at ? start : starts[Math.min(1, starts.length - 1)] }];
    return {
      silent: true, itemStyle: { color: view.colours.ground, opacity: 0.45 },
      data: starts.flatMap((start, at) => (running.has(start) ? [span(start, at)] : [])),
    };
  }

  charts.heatmap = function (chart, view) {
    const { starts, running } = time(view);
    const values = [...new Set(view.rows.map((row) => row[chart.y]))];
    const cells = view.rows.map((row) => [starts.indexOf(site.startOf(row, view.period)), values.indexOf(row[chart.y]), row]);
    const known = cells.filter(([, , row]) => row[chart.value] !== null);
    const missing = cells.filter(([, , row]) => row[chart.value] === null);
    const figures = known.map(([, , row]) => row[chart.value]);
    const about = view.about[chart.value];
    const told = ([x, y, row]) =>
      `${site.named(values[y], chart.y)}, ${parts.periodName(starts[x], view.period)}` +
      `${site.isRunning(row, view.period) ? ` (${site.whyIncomplete(row, view.period)})` : ""}: ${parts.said(row, chart.value, view)}`;
    const size = values.length > 20 ? Math.max(16, 600 / values.length) : view.isNarrow ? 32 : 26;
    return {
      option: {
        ...parts.base(view),
        grid: { left: 8, right: 12, top: 8, bottom: 52, containLabel: true },
        xAxis: timeAxis(view, starts, { splitArea: { show: false } }),
        yAxis: parts.categoryAxis(view, values.map((value) => site.named(value, chart.y)), {
          inverse: true, axisLine: { show: false },
          axisLabel: { ...parts.text(view), width: view.isNarrow ? 104 : 200, overflow: values.length > 20 ? "truncate" : "break", interval: 0 },
        }),
        visualMap: {
          seriesIndex: 0, min: Math.min(...figures, 0), max: Math.max(...figures, about.unit === "ratio" ? 0.01 : 1),
          orient: "horizontal", left: 0, bottom: 0, itemWidth: 12, itemHeight: 120, calculable: false,
          inRange: { color: view.colours.scale }, textStyle: parts.text(view),
          text: [site.tick(Math.max(...figures, 0), about, view.currency), site.tick(Math.min(...figures, 0), about, view.currency)],
        },
        tooltip: {
          ...parts.base(view).tooltip, trigger: "item",
          formatter: (hit) => told((hit.seriesIndex ? missing : known)[hit.dataIndex]).replace(": ", "\n"),
        },
        series: [
          {
            type: "heatmap", id: "known", data: known.map(([x, y, row]) => ({
              value: [x, y, row[chart.value]], itemStyle: site.isRunning(row, view.period) ? { opacity: 0.5 } : undefined,
            })),
            itemStyle: { borderColor: view.colours.ground, borderWidth: 1 },
            emphasis: { itemStyle: { borderColor: view.colours.text } },
            markLine: undefined,
          },
          {
            type: "scatter", id: "/missing", symbol: cross, symbolSize: Math.min(8, size / 2),
            itemStyle: { color: "transparent", borderColor: view.colours.muted, borderWidth: 1.2 },
            data: missing.map(([x, y]) => [x, y]),
          },
        ],
      },
      height: values.length * size + 76,
      steps: cells.map((cell) => ({
        text: told(cell),
        show: cell[2][chart.value] === null
          ? { seriesIndex: 1, dataIndex: missing.indexOf(cell) }
          : { seriesIndex: 0, dataIndex: known.indexOf(cell) },
      })),
      flags: [
        ...parts.flags(view, view.rows, [chart.value]),
        ...(missing.length ? ["A cross marks where there is no figure to show."] : []),
        ...why("Pale", running),
      ],
    };
  };
})(window.aiUsage);
