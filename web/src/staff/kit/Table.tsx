import type { ComponentChildren } from 'preact'
import { useId, useState } from 'preact/hooks'
import { language } from '../../shared/t'
import { Icon } from '../../shared/ui/Icon'
import { s } from '../words'
import { csv, save } from './csv'

interface Column<T> {
  /** Names the column in the page's own words; no two alike in one table. */
  title: string
  /** What is sorted, searched and exported. An instant as the API writes it sorts by itself. */
  value: (row: T) => string | number
  /** What is shown, where that is more than the value. */
  show?: (row: T) => ComponentChildren
  /** Numbers and times stand under each other. */
  isNumber?: boolean
}

interface Props<T> {
  /** What the table is about; read out with it. */
  title: string
  rows: readonly T[]
  columns: readonly Column<T>[]
  id: (row: T) => string
  /** What to say, and to do, while there is nothing. */
  empty: string
  /** The exported file's name, without its ending. */
  file: string
  /** What can be done with a row. */
  acts?: (row: T) => ComponentChildren
  /** The column, by its title, that puts the rows in order until somebody chooses another; as they come where it is left out. */
  sortedBy?: string
  /** The page has a search of its own, which looks further than these rows. */
  isFound?: boolean
  /** Beside the search. */
  children?: ComponentChildren
}

const PER_PAGE = 20

/** Rows that sort, are searched, come page by page and can be taken along as CSV. */
export function Table<T>({ title, rows, columns, id, empty, file, acts, sortedBy, isFound, children }: Props<T>) {
  const [wanted, setWanted] = useState('')
  const [order, setOrder] = useState<Order | undefined>(sortedBy === undefined ? undefined : { column: sortedBy, isDown: false })
  const [asked, setPage] = useState(0)
  const searchId = useId()

  const found = sorted(matching(rows, columns, wanted), columns, order)
  const last = Math.max(0, Math.ceil(found.length / PER_PAGE) - 1)
  const page = Math.min(asked, last)
  const shown = found.slice(page * PER_PAGE, (page + 1) * PER_PAGE)

  const search = (text: string) => {
    setWanted(text)
    setPage(0)
  }
  const take = () => save(`${file}.csv`, csv([columns.map((each) => each.title), ...found.map((row) => columns.map((each) => each.value(row)))]))

  if (rows.length === 0) {
    return (
      <>
        {children && <div class="table-bar">{children}</div>}
        <p class="nothing">{empty}</p>
      </>
    )
  }
  return (
    <div class="table">
      <div class="table-bar">
        {!isFound && (
          <div class="search">
            <label class="unseen" for={searchId}>
              {s('table.search', { title })}
            </label>
            <Icon name="search" />
            <input
              id={searchId}
              type="search"
              data-search
              placeholder={s('table.search_here')}
              value={wanted}
              autocomplete="off"
              onInput={(event) => search(event.currentTarget.value)}
            />
          </div>
        )}
        {children}
        <button type="button" class="quiet table-take" onClick={take}>
          <Icon name="download" />
          {s('table.export')}
        </button>
      </div>
      {found.length === 0 ? (
        <p class="nothing">{s('table.nothing_found', { wanted })}</p>
      ) : (
        <div class="table-scroll" role="region" aria-label={s('table.of', { title })} tabIndex={0}>
          <table>
            <caption class="unseen">{title}</caption>
            <thead>
              <tr>
                {columns.map((column) => (
                  <Heading key={column.title} {...column} order={order} onOrder={setOrder} />
                ))}
                {acts && (
                  <th scope="col">
                    <span class="unseen">{s('table.acts')}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {shown.map((row) => (
                <tr key={id(row)} data-row={id(row)}>
                  {columns.map((column) => (
                    <td key={column.title} class={column.isNumber ? 'number' : undefined}>
                      {column.show ? column.show(row) : column.value(row)}
                    </td>
                  ))}
                  {acts && <td class="acts">{acts(row)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pages page={page} last={last} count={found.length} onPage={setPage} />
    </div>
  )
}

type Order = { column: string; isDown: boolean }

interface HeadingProps {
  title: string
  isNumber?: boolean
  order: Order | undefined
  onOrder: (order: Order | undefined) => void
}

function Heading({ title, isNumber, order, onOrder }: HeadingProps) {
  const mine = order?.column === title ? order : undefined
  // Up, down, and then as the list came.
  const next = () => onOrder(mine ? (mine.isDown ? undefined : { column: title, isDown: true }) : { column: title, isDown: false })
  return (
    <th scope="col" class={isNumber ? 'number' : undefined} aria-sort={mine ? (mine.isDown ? 'descending' : 'ascending') : undefined}>
      <button type="button" class="sort" onClick={next}>
        {title}
        <span aria-hidden="true" class="sort-mark">
          {mine ? (mine.isDown ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  )
}

interface PagesProps {
  page: number
  last: number
  count: number
  onPage: (page: number) => void
}

function Pages({ page, last, count, onPage }: PagesProps) {
  const from = page * PER_PAGE + 1
  return (
    <div class="table-pages">
      <p role="status">
        {count > 0 && s('table.count', { from, to: Math.min(count, from + PER_PAGE - 1), count })}
      </p>
      {last > 0 && (
        <>
          <button type="button" class="quiet" disabled={page === 0} onClick={() => onPage(page - 1)}>
            {s('table.before')}
          </button>
          <button type="button" class="quiet" disabled={page === last} onClick={() => onPage(page + 1)}>
            {s('table.after')}
          </button>
        </>
      )}
    </div>
  )
}

function matching<T>(rows: readonly T[], columns: readonly Column<T>[], wanted: string): T[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const textOf = (row: T) => columns.map((column) => String(column.value(row))).join(' ').toLowerCase()
  return rows.filter((row) => words.length === 0 || words.every((word) => textOf(row).includes(word)))
}

function sorted<T>(rows: T[], columns: readonly Column<T>[], order: Order | undefined): T[] {
  const column = columns.find(({ title }) => title === order?.column)
  if (!column) return rows
  const by = new Intl.Collator(language.value, { numeric: true })
  const compare = (one: T, other: T) => {
    const [a, b] = [column.value(one), column.value(other)]
    return typeof a === 'number' && typeof b === 'number' ? a - b : by.compare(String(a), String(b))
  }
  return [...rows].sort((one, other) => (order?.isDown ? -compare(one, other) : compare(one, other)))
}
