// Papers that the tests add to a dossier.

/** A PDF of one page with a line of text. */
export function pdf(text) {
  const page = `BT /F1 18 Tf 72 760 Td (${text}) Tj ET`
  const parts = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${page.length} >>\nstream\n${page}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'
  ]
  let file = '%PDF-1.4\n'
  const places = parts.map((part, at) => {
    const place = file.length
    file += `${at + 1} 0 obj\n${part}\nendobj\n`
    return place
  })
  const table = file.length
  const row = place => `${String(place).padStart(10, '0')} 00000 n \n`
  file += `xref\n0 6\n0000000000 65535 f \n${places.map(row).join('')}`
  file += `trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}
