/**
 * Keeps a release consistent: package.json, CHANGELOG.md, the chart and the tag name the same version.
 *
 *   node scripts/release.ts begin        fails when there is nothing to release       (npm runs it: preversion)
 *   node scripts/release.ts version      gives "Unreleased" and the chart the version (npm runs it: version)
 *   node scripts/release.ts check TAG    fails unless all three agree                 (the release workflow)
 *   node scripts/release.ts notes        prints the section of this version           (the release workflow)
 */

import { readFileSync, writeFileSync } from 'node:fs';
import process, { argv, stderr, stdout } from 'node:process';

const CHANGELOG = 'CHANGELOG.md';
const CHART = 'deploy/helm/connect-apps/Chart.yaml';
const UNRELEASED = 'Unreleased';

/** The text below a heading such as `## 1.2.3 (2026-11-28)`; undefined when there is no such section. */
export function sectionOf(changelog: string, name: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const found = sections.find((section) => /^\S+/.exec(section)?.[0] === name);
  return found?.replace(/^.*\n/, '').trim();
}

/** Gives what is unreleased its version, and begins an empty section above it. */
export function closeSection(changelog: string, version: string, date: string): string {
  return changelog.replace(
    new RegExp(`^## ${UNRELEASED}\n`, 'm'),
    `## ${UNRELEASED}\n\n## ${version} (${date})\n`,
  );
}

/** Gives the chart, and the image that it runs, the version. */
export function versionChart(chart: string, version: string): string {
  return chart.replace(/^(version|appVersion): .+$/gm, `$1: ${version}`);
}

/** Why a tag must not be released; undefined when it may. */
export function findObstacle(tag: string, version: string, changelog: string): string | undefined {
  if (tag !== `v${version}`) return `The tag is ${tag}, but package.json has version ${version}.`;
  return sectionOf(changelog, version) ? undefined : `${CHANGELOG} says nothing about ${version}.`;
}

function run(command: string | undefined, tag = ''): string | undefined {
  const changelog = readFileSync(CHANGELOG, 'utf8');
  const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
  switch (command) {
    case 'begin':
      return sectionOf(changelog, UNRELEASED) ? undefined : `${CHANGELOG} has nothing unreleased.`;
    case 'version':
      writeFileSync(
        CHANGELOG,
        closeSection(changelog, version, new Date().toISOString().slice(0, 10)),
      );
      writeFileSync(CHART, versionChart(readFileSync(CHART, 'utf8'), version));
      return undefined;
    case 'check':
      return findObstacle(tag, version, changelog);
    case 'notes':
      stdout.write(`${sectionOf(changelog, version) ?? ''}\n`);
      return undefined;
    default:
      return 'Usage: node scripts/release.ts begin|version|check TAG|notes';
  }
}

if (import.meta.main) {
  const obstacle = run(...argv.slice(2));
  if (obstacle !== undefined) {
    stderr.write(`${obstacle}\n`);
    process.exitCode = 1;
  }
}
