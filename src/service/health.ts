import type { EndpointState, Health } from '../core/component.ts';

/** What a component, or one endpoint of it, says of itself. */
export interface ComponentHealth {
  readonly component: string;
  /** Empty for the component as a whole. */
  readonly endpoint: string;
  readonly state: Health;
}

/** The states of all components, and what /-/ready makes of them. */
export class HealthBoard {
  readonly #states = new Map<string, ComponentHealth>();
  #phase: 'starting' | 'running' | 'draining' = 'starting';

  /** `aspect` tells apart what several say of the same component. */
  set(component: string, state: Health, endpoint = '', aspect = ''): void {
    this.#states.set([component, endpoint, aspect].join('\0'), { component, endpoint, state });
  }

  /** A component that no longer runs has nothing to say. */
  forget(component: string): void {
    for (const [key, entry] of this.#states) if (entry.component === component) this.#states.delete(key);
  }

  phase(phase: 'running' | 'draining'): void {
    this.#phase = phase;
  }

  /** Why profiles cannot be taken now; empty when they can. */
  unready(): readonly string[] {
    const reasons: string[] = [];
    if (this.#phase !== 'running') reasons.push(this.#phase);
    for (const { component, endpoint, state } of this.#states.values()) {
      if (state.kind === 'unready') reasons.push(`${component}${endpoint === '' ? '' : ` ${endpoint}`}: ${state.reason}`);
    }
    return reasons;
  }

  /** What one endpoint of a component is doing, by what it said of itself last. */
  endpointState(component: string, endpoint: string): EndpointState {
    const state = this.#states.get([component, endpoint, ''].join('\0'))?.state;
    if (state === undefined || state.kind === 'ok') return 'ok';
    return state.endpoint ?? 'refusing';
  }

  /** What is not as it should be, though profiles are taken. */
  degraded(): readonly string[] {
    return this.states.flatMap(({ component, endpoint, state }) =>
      state.kind === 'degraded' ? [`${component}${endpoint === '' ? '' : ` ${endpoint}`}: ${state.reason}`] : [],
    );
  }

  /** Everything that was said, for status. */
  get states(): readonly ComponentHealth[] {
    return [...this.#states.values()];
  }
}
