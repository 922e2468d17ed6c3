"""What every other package stands on: where a run reads and writes, its moment and its errors."""
