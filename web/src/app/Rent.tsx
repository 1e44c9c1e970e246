import { useState } from 'preact/hooks'
import { sentenceFor } from '../shared/api'
import { language, length, t } from '../shared/t'
import { Choice, Switch } from '../shared/ui/Choice'
import { Fault } from '../shared/ui/Fault'
import { toast } from '../shared/ui/toast'
import { type Size, rent } from './locker'
import { type Bank, look } from './mine'

const SIZES: readonly Size[] = ['S', 'M', 'L']

/** Where, how big, and one button. What is likely wanted is chosen already. */
export function Rent({ banks }: { banks: Bank[] }) {
  const [wantedBank, setBank] = useState<string>()
  const [wantedSize, setSize] = useState<Size>()
  const [accessible, setAccessible] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  const bank = banks.find(({ id }) => id === wantedBank) ?? banks.find(isUsable)
  const size = wantedSize && bank?.free[wantedSize] ? wantedSize : SIZES.find((each) => bank?.free[each])

  const onRent = async () => {
    if (!bank || !size) return
    setBusy(true)
    setError(undefined)
    try {
      const { compartment } = await rent({ bank_id: bank.id, size, accessible })
      toast(t('rent.done', { label: compartment.label }))
    } catch (failure) {
      setError(failure)
      setBusy(false)
      void look()
    }
  }

  return (
    <>
      {banks.length === 0 && <p class="card">{t('rent.no_banks')}</p>}
      <Choice
        title={t('rent.bank')}
        layout="list"
        value={bank?.id}
        onValue={setBank}
        options={banks.map((each) => ({ value: each.id, label: <BankLine bank={each} />, isOff: !isUsable(each) }))}
      />
      {bank && (
        <>
          <Choice
            title={t('rent.size')}
            layout="row"
            value={size}
            onValue={setSize}
            options={SIZES.map((each) => sizeOption(each, bank.free[each]))}
          />
          <Switch label={t('rent.accessible')} help={t('rent.accessible_help')} isOn={accessible} onChange={setAccessible} />
        </>
      )}
      <Fault>{error !== undefined && t(sentenceFor(error))}</Fault>
      {bank && size ? (
        <button type="button" class="primary" disabled={isBusy} onClick={onRent}>
          {t(isBusy ? 'app.waiting' : 'rent.go')}
        </button>
      ) : (
        banks.length > 0 && <p class="lead">{t('rent.none')}</p>
      )}
    </>
  )
}

function BankLine({ bank }: { bank: Bank }) {
  return (
    <>
      <strong>{bank.name[language.value]}</strong>
      {bank.zone && <small>{bank.zone[language.value]}</small>}
      <small>{availability(bank)}</small>
      {bank.mode === 'kept_until_released' && <small>{t('locker.kept')}</small>}
      {bank.longest_min !== null && <small>{t('rent.limited', { length: length(bank.longest_min) })}</small>}
    </>
  )
}

function sizeOption(size: Size, free: number) {
  const label = (
    <>
      <strong>{t(`size.${size}`)}</strong>
      <small>{t(`size.${size}_fits`)}</small>
      <small>{free ? t('rent.free', { count: free }) : t('rent.full')}</small>
    </>
  )
  return { value: size, label, isOff: free === 0 }
}

function availability(bank: Bank): string {
  if (bank.presence === 'offline') return t('rent.offline')
  if (bank.presence === 'unknown') return t('rent.presence_unknown')
  return isUsable(bank) ? t('rent.free', { count: freeIn(bank) }) : t('rent.full')
}

function isUsable(bank: Bank): boolean {
  return bank.presence === 'online' && freeIn(bank) > 0
}

function freeIn({ free }: Bank): number {
  return SIZES.reduce((sum, size) => sum + free[size], 0)
}
