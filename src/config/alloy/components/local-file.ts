import { messageOf } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';
import type { Component } from '../component.ts';
import { bool, choice, duration, text } from '../decode.ts';
import type { Value } from '../value.ts';

const detector = choice(['fsnotify', 'poll'], (found) => `unknown detector ${JSON.stringify(found)}; known: fsnotify, poll`);

/** local.file "x": the text of a file as it is when the configuration is read; when it changes the configuration is read again. */
export const localFile: Component = {
  type: 'local.file',
  exports: ['content'],
  root: false,
  read(block, self) {
    const filename = block.required('filename', text);
    const isSecret = block.attribute('is_secret', bool);
    block.attribute('detector', detector);
    block.attribute('poll_frequency', duration);
    block.finish();
    if (filename === undefined) return { parts: [] };
    self.world.follow(filename.value);
    try {
      const content = self.world.readFile(filename.value);
      self.world.foreign.addFile(`local.file.${block.block.label}.content`, content, filename.value);
      return { parts: [], exports: new Map<string, Value>([['content', isSecret?.value === true ? new Secret(content) : content]]) };
    } catch (why) {
      block.error(block.whereIs('filename'), `failed to read file: ${messageOf(why)}`);
      return { parts: [] };
    }
  },
};
