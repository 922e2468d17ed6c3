"""What the company and its log files are called at the vendor."""

WORKSPACE = "6f1b2c3d-0000-4a6b-8c7d-9e0f1a2b3c4d"
ORGANIZATION = "org-Workload0000000000000001"
MESSAGES, COSTS = "CONVERSATION_MESSAGE", "COSTS"
