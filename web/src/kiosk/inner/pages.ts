/** What a guest does besides opening a locker. */
export { Book } from './Book'
export { Bookings } from './Bookings'
export { Rent } from './Rent'
