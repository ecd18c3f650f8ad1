/** VitePress's own theme with the colours and fonts of the console. */

import DefaultTheme from 'vitepress/theme-without-fonts';
import './console.css';

// biome-ignore lint/style/noDefaultExport: VitePress reads it.
export default DefaultTheme;
