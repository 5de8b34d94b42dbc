// The whole main job, done by each real client: sign in, find the project, upload a photo, check in, hear of it live,
// and read the week's count. Prints a line of JSON for each client; exits with 1 if one could not do it.
//
// node main_job.mjs URL LOGIN PASSWORD LATITUDE LONGITUDE

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { clients } from './transports.mjs';

const [url, login, password, latitude, longitude] = process.argv.slice(2);

const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { token userErrors { message } } }`;
const PROJECTS = `query Projects { viewer { role } projects(first: 5) { nodes { id name sites { name } } } }`;
const UPLOAD = `mutation Upload($input: RequestPhotoUploadInput!) { requestPhotoUpload(input: $input) {
    photo { id } upload { method url headers { name value } } userErrors { message } } }`;
const CHECK_IN = `mutation CheckIn($input: CheckInInput!) { checkIn(input: $input) {
    checkIn { id uuid verdict } userErrors { code message } } }`;
const RECORDED = `subscription Recorded { visitRecorded { cursor checkIn { uuid verdict } visit { verdict } } }`;
const WEEKS = `query Weeks($id: ID!) { project(id: $id) { weeklyVisits { week verified provisional rejected } } }`;

function check(condition, what) {
    if (!condition) throw new Error(what);
}

/** Signing in is the one thing nobody can do over a stream: it takes a token to open one. */
async function signedIn() {
    const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    const body = JSON.stringify({ query: SIGN_IN, variables: { input: { login, password, deviceName: 'story' } } });
    const { data } = await (await fetch(url, { method: 'POST', headers, body })).json();
    return data.signIn.token;
}

async function uploaded(client) {
    const bytes = randomBytes(50_000);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const input = { contentType: 'image/jpeg', byteSize: bytes.length, sha256 };
    const { photo, upload } = (await client.ask(UPLOAD, { input })).requestPhotoUpload;
    const headers = Object.fromEntries(
        upload.headers.map(({ name, value }) => [name, value]).filter(([name]) => name !== 'content-length'),
    );
    const response = await fetch(upload.url, { method: upload.method, headers, body: bytes });
    check(response.ok, `the upload was answered with ${response.status}`);
    return photo.id;
}

async function checkedIn(client, project) {
    const now = new Date().toISOString();
    const fix = {
        latitude: Number(latitude),
        longitude: Number(longitude),
        datum: 'WGS84',
        accuracyMeters: 8,
        fixedAt: now,
    };
    const id = randomUUID();
    const photoIds = [await uploaded(client)];
    const input = { id, projectId: project, capturedAt: now, sentAt: now, fix, photoIds, note: '进度正常' };
    const { checkIn, userErrors } = (await client.ask(CHECK_IN, { input })).checkIn;
    check(checkIn?.uuid === id, `not checked in: ${JSON.stringify(userErrors)}`);
    return checkIn;
}

/** What a client fails with is an error, or what closed its socket. */
function toldOf(error) {
    if (error?.code && error.reason !== undefined) return `closed with ${error.code}: ${error.reason}`;
    return Array.isArray(error) ? JSON.stringify(error) : String(error?.message ?? error);
}

async function mainJob(open) {
    const token = await signedIn();
    check(token, 'nobody is signed in');
    const client = open(url, token);
    try {
        const { projects } = await client.ask(PROJECTS, {});
        const project = projects.nodes.find(({ sites }) => sites.length > 0);
        const events = [];
        let failure;
        const stop = client.follow(
            RECORDED,
            (data) => events.push(data.visitRecorded.checkIn.uuid),
            (error) => (failure = error),
        );
        // A subscription has no answer of its own; a first check-in may come before it has begun, a later one does not.
        let checkIn;
        for (let tries = 0; tries < 10 && !events.includes(checkIn?.uuid); tries++) {
            checkIn = await checkedIn(client, project.id);
            for (let waits = 0; waits < 40 && !failure && !events.includes(checkIn.uuid); waits++) await sleep(25);
            if (failure) throw failure;
        }
        check(events.includes(checkIn.uuid), 'the check-in was not told live');
        stop();
        const { weeklyVisits } = (await client.ask(WEEKS, { id: project.id })).project;
        const week = weeklyVisits.at(-1);
        check(week.verified + week.provisional >= 1, `the visit does not count: ${JSON.stringify(week)}`);
        return { project: project.name, verdict: checkIn.verdict, events: events.length, week: week.week };
    } finally {
        await client.close();
    }
}

for (const [name, open] of Object.entries(clients)) {
    try {
        console.log(JSON.stringify({ client: name, ...(await mainJob(open)) }));
    } catch (error) {
        process.exitCode = 1;
        console.log(JSON.stringify({ client: name, failed: toldOf(error) }));
    }
}
// Keep-alive connections need not be waited for.
process.exit();
