import type { Component } from './component.ts';
import { discoveries } from './components/discovery.ts';
import { discoveryRelabel } from './components/discovery-relabel.ts';
import { enrich } from './components/enrich.ts';
import { localFile } from './components/local-file.ts';
import { receiveHttp } from './components/receive-http.ts';
import { relabel } from './components/relabel.ts';
import { kubernetesConfigMap, kubernetesSecret } from './components/remote-kubernetes.ts';
import { scrape } from './components/scrape.ts';
import { write } from './components/write.ts';

/** Alloy's components that have a counterpart here, by name. */
export const components: ReadonlyMap<string, Component> = new Map(
  [write, receiveHttp, relabel, enrich, scrape, discoveryRelabel, ...discoveries, localFile, kubernetesSecret, kubernetesConfigMap].map(
    (one) => [one.type, one],
  ),
);
