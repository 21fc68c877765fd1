// What the page loads: one line per file, as index.css has it for readers who take CSS alone.
import './base.css';
