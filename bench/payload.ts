import { randomBytes } from 'node:crypto';
import { create, toBinary } from '@bufbuild/protobuf';
import { PushRequestSchema } from '../src/gen/push/v1/push_pb.ts';

/** Labels of an agent in Kubernetes; one of them is reserved and dropped on the way. */
const labels: Readonly<Record<string, string>> = {
  __name__: 'process_cpu',
  __session_id__: '5fd1c7f5a4b0a1c3',
  container: 'checkout',
  namespace: 'shop',
  node: 'ip-10-0-17-23.eu-west-1.compute.internal',
  pod: 'checkout-6d5f7c9b8-x2xkq',
  service_name: 'shop/checkout',
  service_git_ref: 'v1.42.0',
};

/** A push of one series with a profile of so many bytes, random as gzip is. */
export function pushBody(profileBytes: number): Uint8Array {
  const push = create(PushRequestSchema, {
    series: [
      {
        labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
        samples: [{ rawProfile: randomBytes(profileBytes), ID: 'c1b3e9f2-5d3b-4e7a-9b1c-0123456789ab' }],
      },
    ],
  });
  return toBinary(PushRequestSchema, push);
}
