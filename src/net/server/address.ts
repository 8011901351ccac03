/** Where a listener binds, as everything that reads a configuration has it. */
export { type Address, AddressSchema, formatAddress, isLoopback, parseAddress } from '../../core/address.ts';
