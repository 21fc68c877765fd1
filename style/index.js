// What the page loads: one line per file, as index.css has it for readers who take CSS alone.
import './base.css';
import './liveview.css';
import './stateline.css';
import './cards.css';
import './number.css';
import './trace.css';
import './xy.css';
import './image.css';
import './table.css';
import './log.css';
import './progress.css';
import './added.css';
import './chart.css';
import './addressform.css';
import './methods.css';
import './call.css';
import './sidebar.css';
