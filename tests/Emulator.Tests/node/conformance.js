// Drives Google's own client against an emulator. Usage: node conformance.js HOST PORT STEP [ARGUMENT...]
// Prints what the client made of the answers, as JSON.
'use strict';
const { ArtifactRegistryClient } = require('@google-cloud/artifact-registry');
const { OAuth2Client } = require('google-auth-library');

const [host, port, step, ...args] = process.argv.slice(2);

// Without credentials the library would look for them on the machine and, failing that, on the network.
const authClient = new OAuth2Client();
authClient.setCredentials({ access_token: 'conformance', expiry_date: Date.now() + 3600000 });

const client = new ArtifactRegistryClient({
  fallback: true,
  protocol: 'http',
  apiEndpoint: host,
  port: Number(port),
  authClient,
  projectId: 'shop',
});

const steps = {
  async listDockerImages(parent, pageSize) {
    const names = [];
    for await (const image of client.listDockerImagesAsync({ parent, pageSize: Number(pageSize) })) {
      names.push({ name: image.name, tags: image.tags, size: String(image.imageSizeBytes) });
    }
    return names;
  },
  async listVersions(parent) {
    const [versions] = await client.listVersions({ parent, view: 'FULL' });
    return versions.map(v => ({ name: v.name, tags: v.relatedTags.map(t => t.name) }));
  },
  async createTag(parent, tagId, version) {
    const [tag] = await client.createTag({ parent, tagId, tag: { name: `${parent}/tags/${tagId}`, version } });
    return tag;
  },
  async updateTag(name, version) {
    const [tag] = await client.updateTag({ tag: { name, version }, updateMask: { paths: ['version'] } });
    return tag;
  },
  async deleteTag(name) {
    await client.deleteTag({ name });
    return {};
  },
  async deleteVersion(name, force) {
    const [operation] = await client.deleteVersion({ name, force: force === 'force' });
    const doneAtOnce = Boolean(operation.latestResponse.done);
    await operation.promise();
    return { doneAtOnce };
  },
  async getIamPolicy(resource) {
    const [policy] = await client.getIamPolicy({ resource, options: { requestedPolicyVersion: 3 } });
    return { version: policy.version, etag: policy.etag.toString('base64'), bindings: policy.bindings };
  },
  async grant(resource, role, member) {
    const [policy] = await client.getIamPolicy({ resource, options: { requestedPolicyVersion: 3 } });
    policy.bindings.push({ role, members: [member] });
    const [written] = await client.setIamPolicy({ resource, policy });
    return { version: written.version, bindings: written.bindings };
  },
};

steps[step](...args).then(
  result => console.log(JSON.stringify({ result })),
  error => console.log(JSON.stringify({ error: { code: error.code, message: error.message, reason: error.reason } })));
