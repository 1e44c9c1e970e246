/** What a guest does besides opening a locker, and what is on. */
export { Activities } from './Activities'
export { Book } from './Book'
export { Bookings } from './Bookings'
export { News, Notices } from './Notices'
export { Rent } from './Rent'
export { TheActivity } from './TheActivity'
