// Funnels of the chosen period: stages from left to right, a funnel for each value of `split`.
(function (site) {
  "use strict";
  const { charts, parts } = site;

  // A range in two lines: a stage is narrower than one.
  function narrow(words) {
    return words.replace(" and ", "\nand ").replace("at most ", "at most\n");
  }

  charts.funnel = function (chart, view) {
    const rows = view.now;
    const stages = chart.stages;
    const columns = view.isNarrow ? 1 : Math.min(3, rows.length || 1);
    const lines = Math.ceil(rows.length / columns);
    const height = 190;
    const grids = [], xs = [], ys = [], drawn = [], titles = [], steps = [];
    rows.forEach((row, index) => {
      const [column, line] = [index % columns, Math.floor(index / columns)];
      const place = { left: `${(100 / columns) * column + 1}%`, width: `${100 / columns - 2}%` };
      grids.push({ ...place, top: 56 + line * (height + 96), height });
      if (chart.split) {
        titles.push({ text: site.named(row[chart.split], chart.split), left: place.left, top: line * (height + 96), textStyle: { ...parts.text(view, 14), fontWeight: 600 } });
      }
      xs.push(parts.categoryAxis(view, stages.map((stage) => view.about[stage].label), {
        gridIndex: index, axisLabel: { ...parts.text(view, 11), interval: 0, lineHeight: 13, width: Math.max(44, view.width / columns / stages.length - 10), overflow: "break" },
      }));
      ys.push({ type: "value", show: false, gridIndex: index, min: 0 });
      const stuck = chart.bottleneck ? row[chart.bottleneck] : null;
      const kept = (at) => (at && row[stages[at - 1]] && row[stages[at]] !== null ? row[stages[at]] / row[stages[at - 1]] : null);
      const label = (at) => {
        if (row[stages[at]] === null) return parts.said(row, stages[at], view);
        const share = kept(at);
        return site.figure(row[stages[at]], view.about[stages[at]]) + (share === null ? "" : `\n${site.percent(share, 0)}`);
      };
      drawn.push({
        id: chart.split ? String(row[chart.split]) : "stages", type: "bar", xAxisIndex: index, yAxisIndex: index, barCategoryGap: "18%",
        data: stages.map((stage) => ({
          value: row[stage], itemStyle: { color: stage === stuck ? view.colours.accent : view.colours.series[0] },
          label: stage === stuck ? { color: view.colours.accent, fontWeight: 700 } : undefined,
        })),
        label: { show: true, position: "top", ...parts.text(view, 11), lineHeight: 14, formatter: (hit) => label(hit.dataIndex) },
      });
      stages.forEach((stage, at) => {
        const before = kept(at) === null ? "" : `, ${site.percent(kept(at), 0)} of the stage before`;
        steps.push({
          text: `${chart.split ? site.named(row[chart.split], chart.split) + ", " : ""}${view.about[stage].label}: ${parts.said(row, stage, view)}${before}${stage === stuck ? ", the bottleneck" : ""}`,
          show: row[stage] === null ? null : { seriesIndex: index, dataIndex: at },
        });
      });
    });
    rows.forEach((row, index) => {
      const gone = stages.map((stage, at) => [at, row[stage]]).filter(([, value]) => value === null);
      if (!gone.length) return;
      drawn.push({
        type: "scatter", id: `/missing/${index}`, xAxisIndex: index, yAxisIndex: index, silent: true, symbolSize: 1, itemStyle: { color: "transparent" },
        data: gone.map(([at]) => [at, 0]),
        label: { show: true, position: "top", ...parts.text(view, 11), color: view.colours.muted, fontStyle: "italic", lineHeight: 14, formatter: (hit) => narrow(parts.said(row, stages[hit.value[0]], view)) },
      });
    });
    const hasBottleneck = chart.bottleneck && rows.some((row) => row[chart.bottleneck]);
    return {
      option: {
        ...parts.base(view), grid: grids, xAxis: xs, yAxis: ys, title: titles, series: drawn,
        tooltip: { ...parts.base(view).tooltip, trigger: "item", formatter: (hit) => steps[hit.seriesIndex * stages.length + hit.dataIndex].text.replace(": ", "\n") },
      },
      height: 24 + Math.max(1, lines) * (height + 96),
      steps,
      flags: [
        "Percent: of the stage before.",
        ...(hasBottleneck ? ["The stage in the other colour is the bottleneck."] : []),
        ...parts.flags(view, rows, stages), ...parts.runningFlag(view),
      ],
    };
  };
})(window.aiUsage);
