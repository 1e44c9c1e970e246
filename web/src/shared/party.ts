/** What may be said of those who come together without asking anybody. */

interface Room {
  places: number
  capacity: number | null
}

/** More come by agreement with the desk. */
export const MOST_ASKED = 30

/** For how many people something is at the same time; `Infinity`: it is had whole, and nobody has said for how many it is. */
export function roomIn({ places, capacity }: Room): number {
  return places > 1 ? places * (capacity ?? 1) : (capacity ?? Infinity)
}

/** How many of its places so many people take together; what has a single place is had whole. */
export function placesFor({ places, capacity }: Room, people: number): number {
  return places > 1 ? Math.ceil(people / (capacity ?? 1)) : 1
}
