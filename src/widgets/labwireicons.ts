// The icons that JupyterLab shows from its start: in the palette, at tabs, at the sidebar.

import { LabIcon } from '@jupyterlab/ui-components';
import sidebar from '../../style/icons/sidebar.svg';
import view from '../../style/icons/view.svg';

export function iconOf(name: string, svgstr: string): LabIcon {
  return new LabIcon({ name: `labwire:${name}`, svgstr });
}

export const viewIcon = iconOf('view', view);
export const sidebarIcon = iconOf('sidebar', sidebar);
