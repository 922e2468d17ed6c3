// Written from the kits by `python -m orchestration.kits`.
// The place of each tool among the colours of series: a tool keeps its colour on every page.
window.aiUsage.toolColours = { chatgpt: 0, codex: 3, github_copilot: 1, m365_copilot: 2 };
