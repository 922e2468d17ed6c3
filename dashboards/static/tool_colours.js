// Written from the kits by `python -m orchestration.kits`.
// The place of each tool among the colours of series: a tool keeps its colour on every page.
window.aiUsage.toolColours = { claude: 4, claude_code: 5, chatgpt: 0, codex: 3, cursor: 6, gemini: 7, github_copilot: 1, m365_copilot: 2, gemini_cli: 6 };
