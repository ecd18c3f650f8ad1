/** What is on the site, in the order in which people need it. test/documents/links.test.ts finds a page that is missing. */

interface Section {
  text: string;
  items: { text: string; link: string }[];
}

export const SECTIONS: Section[] = [
  {
    text: 'Start',
    items: [
      { text: 'Install', link: '/install' },
      { text: 'First steps', link: '/first-steps' },
      { text: 'Your first app', link: '/tutorial' },
      { text: "Twilio's clients", link: '/clients' },
    ],
  },
  {
    text: 'Guides',
    items: [
      { text: 'Test your app', link: '/testing' },
      { text: 'Tests in CI', link: '/ci' },
      { text: 'Containers', link: '/containers' },
      { text: 'Kubernetes', link: '/kubernetes' },
      { text: 'Production', link: '/operating' },
      { text: 'PostgreSQL with failover', link: '/postgresql' },
      { text: 'Observability', link: '/observability' },
      { text: 'Security', link: '/security' },
      { text: 'Move an app', link: '/moving' },
      { text: 'Platforms', link: '/platforms' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'API', link: '/api' },
      { text: 'Errors by code', link: '/errors' },
      { text: 'Differences from Twilio', link: '/differences' },
      { text: 'Commands', link: '/commands' },
      { text: 'Settings', link: '/settings' },
      { text: 'Stand-ins', link: '/stand-ins' },
      { text: 'Console', link: '/console' },
      { text: 'Admin API', link: '/admin-api' },
    ],
  },
  {
    text: 'Background',
    items: [
      { text: 'How it works', link: '/how-it-works' },
      { text: 'Consent and callbacks', link: '/consent' },
      { text: 'Performance', link: '/performance' },
      { text: 'Questions by error text', link: '/faq' },
      { text: 'Licenses', link: '/licenses' },
    ],
  },
];
