/**
 * Keeps a release consistent: package.json, whatever else has the version, CHANGELOG.md and the tag.
 *
 *   node scripts/release.ts begin        fails when there is nothing to release       (npm runs it: preversion)
 *   node scripts/release.ts version      writes the version everywhere                (npm runs it: version)
 *   node scripts/release.ts check TAG    fails unless all agree                       (the release workflow)
 *   node scripts/release.ts notes        prints the section of this version           (the release workflow)
 */

import { readFileSync, writeFileSync } from 'node:fs';
import process, { argv, stderr, stdout } from 'node:process';

const CHANGELOG = 'CHANGELOG.md';
const UNRELEASED = 'Unreleased';
/** Where else the version of package.json stands. */
export const PLACES: Readonly<Record<string, RegExp>> = {
  'clients/java/pom.xml': /(?<=<artifactId>connect-apps-junit<\/artifactId>\s*<version>)[^<]+/g,
  'clients/python/pyproject.toml': /(?<=^version = ")[^"]+/gm,
  'deploy/helm/connect-apps/Chart.yaml': /(?<=^(?:version|appVersion): ).+/gm,
  'docs/testing.md': /(?<=connect-apps-junit:)[\w.-]+/g,
};

/** The text below a heading such as `## 1.2.3 (2026-11-28)`; undefined when there is no such section. */
function sectionOf(changelog: string, name: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const found = sections.find((section) => /^\S+/.exec(section)?.[0] === name);
  return found?.replace(/^.*\n/, '').trim();
}

/** Gives what is unreleased its version, and begins an empty section above it. */
function closeSection(changelog: string, version: string, date: string): string {
  return changelog.replace(
    new RegExp(`^## ${UNRELEASED}\n`, 'm'),
    `## ${UNRELEASED}\n\n## ${version} (${date})\n`,
  );
}

/** Why a tag must not be released; undefined when it may. */
function findObstacle(tag: string, version: string, changelog: string): string | undefined {
  if (tag !== `v${version}`) return `The tag is ${tag}, but package.json has version ${version}.`;
  const [other] = placesOfAnother(version);
  if (other !== undefined) return `${other} has another version than package.json.`;
  return sectionOf(changelog, version) ? undefined : `${CHANGELOG} says nothing about ${version}.`;
}

/** The files that name another version. */
function placesOfAnother(version: string): string[] {
  return Object.entries(PLACES)
    .filter(([path, pattern]) => {
      const found = readFileSync(path, 'utf8').match(pattern) ?? [];
      return found.length === 0 || found.some((each) => each !== version);
    })
    .map(([path]) => path);
}

function writeVersion(version: string): void {
  for (const [path, pattern] of Object.entries(PLACES)) {
    writeFileSync(path, readFileSync(path, 'utf8').replace(pattern, version));
  }
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(CHANGELOG, closeSection(readFileSync(CHANGELOG, 'utf8'), version, date));
}

function run(command: string | undefined, tag = ''): string | undefined {
  const changelog = readFileSync(CHANGELOG, 'utf8');
  const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
  switch (command) {
    case 'begin':
      return sectionOf(changelog, UNRELEASED) ? undefined : `${CHANGELOG} has nothing unreleased.`;
    case 'version':
      writeVersion(version);
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
  const [command, tag] = argv.slice(2);
  const obstacle = run(command, tag);
  if (obstacle !== undefined) {
    stderr.write(`${obstacle}\n`);
    process.exitCode = 1;
  }
}
