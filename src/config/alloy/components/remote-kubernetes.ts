import { join } from 'node:path';
import { messageOf } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';
import type { Component } from '../component.ts';
import { duration, text } from '../decode.ts';
import { Unusable, type Value } from '../value.ts';

/** remote.kubernetes.secret "x": what lies in a directory of mounted secrets; Flamegate itself asks no Kubernetes API. */
export const kubernetesSecret: Component = component('remote.kubernetes.secret', (content) => new Secret(content));

/** remote.kubernetes.configmap "x": as the secret, of plain text. */
export const kubernetesConfigMap: Component = component('remote.kubernetes.configmap', (content) => content);

function component(type: string, wrap: (content: string) => Value): Component {
  return {
    type,
    exports: ['data'],
    root: false,
    read(block, self) {
      const namespace = block.required('namespace', text);
      const name = block.required('name', text);
      block.attribute('poll_frequency', duration);
      block.attribute('poll_timeout', duration);
      // How Alloy reaches Kubernetes says nothing here.
      block.only('client');
      block.finish();
      if (namespace === undefined || name === undefined) return { parts: [] };
      const { secretsDir } = self.world;
      if (secretsDir === undefined) {
        const why = `${type}.${block.block.label} cannot be read: Flamegate asks no Kubernetes; mount it as files and start with --secrets-dir DIR, where DIR/${namespace.value}/${name.value}/KEY holds each key`;
        return { parts: [], exports: new Map([['data', new Unusable(why)]]) };
      }
      const dir = join(secretsDir, namespace.value, name.value);
      self.world.follow(dir);
      // A mounted secret has its keys as links and its versions in directories that begin with two dots.
      const keys = self.world.listFiles(dir)?.filter((key) => !key.startsWith('..'));
      if (keys === undefined) {
        block.error(block.at, `no directory ${dir}: ${type} reads its keys from there`);
        return { parts: [] };
      }
      try {
        const data = new Map(
          keys.map((key): [string, Value] => {
            const content = self.world.readFile(join(dir, key));
            self.world.foreign.addFile(`${type}.${block.block.label}.data.${key}`, content, join(dir, key));
            return [key, wrap(content)];
          }),
        );
        return { parts: [], exports: new Map<string, Value>([['data', data]]) };
      } catch (why) {
        block.error(block.at, `cannot read ${dir}: ${messageOf(why)}`);
        return { parts: [] };
      }
    },
  };
}
