// What the console's page is told. The page imports this file, so it holds types alone.
export {}
