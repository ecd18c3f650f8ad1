/** What is on the site, in the order in which people need it. test/site/site.test.ts finds a page that is missing. */

interface Section {
  text: string;
  items: { text: string; link: string }[];
}

export const SECTIONS: Section[] = [
  {
    text: 'Start',
    items: [
      { text: 'First steps', link: '/first-steps' },
      { text: 'Your first app in ten minutes', link: '/tutorial' },
      { text: "Twilio's clients under exec", link: '/clients' },
    ],
  },
  {
    text: 'Guides',
    items: [
      { text: 'Test your app', link: '/testing' },
      { text: 'Containers', link: '/containers' },
      { text: 'Production', link: '/operating' },
      { text: 'Security', link: '/security' },
      { text: 'Platforms', link: '/platforms' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'API', link: '/api' },
      { text: 'Admin API', link: '/admin-api' },
      { text: 'Stand-ins', link: '/stand-ins' },
      { text: 'Console', link: '/console' },
    ],
  },
  {
    text: 'How it works',
    items: [
      { text: 'Consent and callbacks', link: '/consent' },
      { text: 'Performance', link: '/performance' },
    ],
  },
];
