/** Images: the Connect button for other people's pages, and our own icon. */

export const BUTTON_PATH = '/assets/connect-button.svg';

export const BUTTON_IMAGE = `<svg xmlns="http://www.w3.org/2000/svg" width="148" height="40" viewBox="0 0 148 40" role="img" aria-label="Connect">
<rect x=".5" y=".5" width="147" height="39" rx="8" fill="#0b5cad" stroke="#084a8c"/>
<g fill="none" stroke="#ffffff" stroke-width="2.5" stroke-linecap="round"><path d="M20 20h7"/><path d="M35 20h7"/><circle cx="31" cy="20" r="4"/><path d="M20 15v10"/><path d="M42 15v10"/></g>
<text x="56" y="25.5" font-family="system-ui, sans-serif" font-size="16" font-weight="600" fill="#ffffff">Connect</text>
</svg>
`;

export const ICON_PATH = '/assets/icon.svg';

export const ICON_IMAGE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5cad"/><g fill="none" stroke="#ffffff" stroke-width="2.5" stroke-linecap="round"><path d="M5 16h7"/><path d="M20 16h7"/><circle cx="16" cy="16" r="4"/></g></svg>
`;

/** The HTML of the button for one app, to paste into a page. */
export function buttonHtml(origin: string, connectAppSid: string): string {
  return `<a href="${origin}/authorize/${connectAppSid}"><img src="${origin}${BUTTON_PATH}" width="148" height="40" alt="Connect"></a>`;
}
