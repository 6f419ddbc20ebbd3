"""One realistic export per language: which field each header names, without values and without memory."""

from __future__ import annotations

import pytest

from contacts.fields import WELL_KNOWN
from imports.engine.mapping import suggest

# Language → "header = field" per column; a header alone is no field of ours.
EXPORTS = {
    "English": (
        "Salutation | First Name = first_name | Surname = last_name | Company Name = company | "
        "Job Title = title | Work E-mail = email | Mobile No. = phone | Fax | Billing Street = street | "
        "Billing City = city | Billing State/Province = state | Billing Zip/Postal Code = postal_code | "
        "Billing Country = country | D.O.B. = birthday | Lead Status | Created Date | Home Page = website"
    ),
    "German": (
        "Anrede | Vorname = first_name | Nachname = last_name | Firmenname = company | Abteilung | "
        "Berufsbezeichnung = title | Straße + Hausnr. = street | PLZ = postal_code | Wohnort = city | "
        "Bundesland = state | Land = country | Tel. (geschäftlich) = phone | Tel. (privat) | Telefax | "
        "E-Mail-Adresse = email | Internetseite = website | Geb.-Datum = birthday | Kundennummer | "
        "Bemerkung = notes | Kategorien = tags"
    ),
    "French": (
        "Civilité | Nom = last_name | Prénom = first_name | Raison sociale = company | "
        "Intitulé du poste = title | Rue (bureau) = street | Code postal (bureau) = postal_code | "
        "Ville (bureau) = city | Pays/Région (bureau) = country | Téléphone (bureau) = phone | "
        "Téléphone (domicile) | Télécopie (bureau) | Adresse de messagerie = email | "
        "Date de naissance = birthday | Page Web = website | Mots-clés = tags | Remarques = notes"
    ),
    "Spanish": (
        "Nombre = first_name | Apellidos = last_name | NIF | Razón social = company | Puesto = title | "
        "Correo electrónico = email | Teléfono móvil = phone | Domicilio = street | "
        "Código Postal = postal_code | Localidad = city | Provincia = state | País = country | "
        "Fecha de nacimiento = birthday | Sitio web = website | Fecha de alta | Observaciones = notes | "
        "Etiquetas = tags"
    ),
    "Italian": (
        "Cognome = last_name | Nome = first_name | Ragione Sociale = company | Partita IVA | Mansione = title | "
        "Indirizzo = street | CAP = postal_code | Comune = city | Prov. = state | Nazione = country | "
        "Cellulare = phone | Indirizzo e-mail = email | Data di nascita = birthday | Sito Web = website | "
        "Codice Fiscale | Note = notes"
    ),
    "Portuguese": (
        "Nome completo = full_name | CPF | E-mail = email | Telemóvel = phone | Empresa = company | "
        "Cargo = title | Morada = street | Localidade = city | Distrito = state | Código Postal = postal_code | "
        "País = country | Data de Nascimento = birthday | Observações = notes | Etiquetas = tags | "
        "Website = website"
    ),
    "Dutch": (
        "Voorletters | Voornaam = first_name | Tussenvoegsel | Achternaam = last_name | Bedrijfsnaam = company | "
        "Functietitel = title | Straat + huisnummer = street | Postcode = postal_code | Woonplaats = city | "
        "Land = country | Telefoon werk = phone | Mobiel | E-mailadres = email | Geb. datum = birthday | "
        "Opmerkingen = notes | Lidnummer"
    ),
    "Polish": (
        "Imię = first_name | Nazwisko = last_name | Nazwa firmy = company | Stanowisko = title | NIP | "
        "Ulica i nr = street | Kod pocztowy = postal_code | Miejscowość = city | Województwo = state | "
        "Kraj = country | Telefon komórkowy = phone | Adres e-mail = email | Data urodzenia = birthday | "
        "Strona WWW = website | Uwagi = notes"
    ),
    "Swedish": (
        "Förnamn = first_name | Efternamn = last_name | Företag = company | Befattning = title | "
        "Gatuadress = street | Postnr = postal_code | Ort = city | Land = country | Mobilnummer = phone | "
        "E-postadress = email | Födelsedatum = birthday | Kön | Anteckningar = notes | Hemsida = website"
    ),
    "Danish": (
        "Fornavn = first_name | Efternavn = last_name | Firma = company | Stilling = title | Adresse = street | "
        "Postnr. = postal_code | By = city | Land = country | Tlf. = phone | E-mail = email | "
        "Fødselsdato = birthday | CVR-nummer | Bemærkninger = notes | Hjemmeside = website"
    ),
    "Norwegian": (
        "Fornavn = first_name | Etternavn = last_name | Bedrift = company | Stillingstittel = title | "
        "Gateadresse = street | Postnummer = postal_code | Poststed = city | Fylke = state | Land = country | "
        "Mobiltelefon = phone | E-post = email | Fødselsdato = birthday | Kjønn | Merknader = notes | "
        "Nettside = website"
    ),
    "Finnish": (
        "Etunimi = first_name | Sukunimi = last_name | Yritys = company | Tehtävänimike = title | "
        "Katuosoite = street | Postinumero = postal_code | Postitoimipaikka = city | Maa = country | "
        "Puhelinnumero = phone | Sähköposti = email | Syntymäaika = birthday | Sukupuoli | Lisätiedot = notes | "
        "Kotisivu = website"
    ),
    "Czech": (
        "Jméno = first_name | Příjmení = last_name | Společnost = company | Pracovní pozice = title | "
        "Ulice = street | PSČ = postal_code | Město = city | Kraj = state | Země = country | Mobil = phone | "
        "E-mail = email | Datum narození = birthday | IČO | Poznámka = notes | Štítky = tags | "
        "Webová stránka = website"
    ),
    "Slovak": (
        "Meno = first_name | Priezvisko = last_name | Spoločnosť = company | Pracovná pozícia = title | "
        "Ulica a číslo = street | PSČ = postal_code | Obec = city | Kraj = state | Krajina = country | "
        "Telefón = phone | E-mail = email | Dátum narodenia = birthday | Pohlavie | Poznámky = notes"
    ),
    "Hungarian": (
        "Vezetéknév = last_name | Keresztnév = first_name | Cégnév = company | Beosztás = title | "
        "Irányítószám = postal_code | Település = city | Utca, házszám = street | Megye = state | "
        "Ország = country | Mobilszám = phone | E-mail cím = email | Születési dátum = birthday | Adószám | "
        "Megjegyzés = notes"
    ),
    "Romanian": (
        "Nume = last_name | Prenume = first_name | Companie = company | Funcție = title | Adresă = street | "
        "Oraș = city | Județ = state | Cod poștal = postal_code | Țară = country | Număr de telefon = phone | "
        "Adresă de e-mail = email | Data nașterii = birthday | CNP | Observații = notes"
    ),
    "Bulgarian": (
        "Име = first_name | Фамилия = last_name | Фирма = company | Длъжност = title | Адрес = street | "
        "Град = city | Област = state | Пощенски код = postal_code | Държава = country | Телефон = phone | "
        "Имейл = email | Дата на раждане = birthday | ЕГН | Забележки = notes"
    ),
    "Croatian": (
        "Ime = first_name | Prezime = last_name | Tvrtka = company | Radno mjesto = title | Adresa = street | "
        "Poštanski broj = postal_code | Grad = city | Županija = state | Država = country | Mobitel = phone | "
        "E-pošta = email | Datum rođenja = birthday | OIB | Napomena = notes"
    ),
    "Slovenian": (
        "Ime = first_name | Priimek = last_name | Podjetje = company | Delovno mesto = title | Naslov = street | "
        "Poštna številka = postal_code | Kraj = city | Država = country | Telefonska številka = phone | "
        "E-naslov = email | Datum rojstva = birthday | Davčna številka | Opombe = notes"
    ),
    "Greek": (
        "Όνομα = first_name | Επώνυμο = last_name | Εταιρεία = company | Θέση εργασίας = title | "
        "Διεύθυνση = street | Πόλη = city | Νομός = state | Τ.Κ. = postal_code | Χώρα = country | "
        "Κινητό τηλέφωνο = phone | Ηλεκτρονικό ταχυδρομείο = email | Ημερομηνία γέννησης = birthday | ΑΦΜ | "
        "Σημειώσεις = notes"
    ),
    "Estonian": (
        "Eesnimi = first_name | Perekonnanimi = last_name | Ettevõte = company | Ametikoht = title | "
        "Aadress = street | Linn = city | Maakond = state | Postiindeks = postal_code | Riik = country | "
        "Mobiiltelefon = phone | E-posti aadress = email | Sünniaeg = birthday | Isikukood | Märkused = notes"
    ),
    "Latvian": (
        "Vārds = first_name | Uzvārds = last_name | Uzņēmums = company | Amats = title | Adrese = street | "
        "Pilsēta = city | Pasta indekss = postal_code | Valsts = country | Tālrunis = phone | E-pasts = email | "
        "Dzimšanas datums = birthday | Personas kods | Piezīmes = notes"
    ),
    "Lithuanian": (
        "Vardas = first_name | Pavardė = last_name | Įmonė = company | Pareigos = title | Adresas = street | "
        "Miestas = city | Pašto kodas = postal_code | Šalis = country | Mobilusis telefonas = phone | "
        "El. paštas = email | Gimimo data = birthday | Asmens kodas | Pastabos = notes"
    ),
    "Irish": (
        "Céadainm = first_name | Sloinne = last_name | Comhlacht = company | Ríomhphost = email | "
        "Uimhir theileafóin = phone | Seoladh = street | Contae = state | Éirchód = postal_code | "
        "Tír = country | Dáta breithe = birthday"
    ),
    "Maltese": (
        "Isem = first_name | Kunjom = last_name | Kumpanija = company | Indirizz elettroniku = email | "
        "Numru tat-telefon = phone | Triq = street | Lokalità = city | Kodiċi postali = postal_code | "
        "Pajjiż = country | Data tat-twelid = birthday"
    ),
    "Turkish": (
        "Adı = first_name | Soyadı = last_name | Firma Adı = company | Unvan = title | Adres = street | "
        "Şehir = city | İlçe | Posta Kodu = postal_code | Ülke = country | Cep Telefonu = phone | "
        "E-posta = email | Doğum Tarihi = birthday | Cinsiyet | Vergi No | Açıklama = notes"
    ),
    "Russian": (
        "Фамилия = last_name | Имя = first_name | Отчество | Организация = company | Должность = title | "
        "Адрес = street | Город = city | Область = state | Индекс = postal_code | Страна = country | "
        "Мобильный телефон = phone | Электронная почта = email | Дата рождения = birthday | ИНН | "
        "Комментарий = notes"
    ),
    "Ukrainian": (
        "Прізвище = last_name | Ім'я = first_name | По батькові | Компанія = company | Посада = title | "
        "Адреса = street | Місто = city | Область = state | Поштовий індекс = postal_code | Країна = country | "
        "Телефон = phone | Ел. пошта = email | Дата народження = birthday | Стать | Примітки = notes"
    ),
    "Hebrew": (
        "שם פרטי = first_name | שם משפחה = last_name | חברה = company | תפקיד = title | רחוב = street | "
        'עיר = city | מיקוד = postal_code | מדינה = country | טלפון נייד = phone | דוא"ל = email | '
        "תאריך לידה = birthday | תעודת זהות | הערות = notes"
    ),
    "Arabic": (
        "الاسم الأول = first_name | اسم العائلة = last_name | الشركة = company | المسمى الوظيفي = title | "
        "العنوان = street | المدينة = city | المحافظة = state | الرمز البريدي = postal_code | الدولة = country | "
        "رقم الجوال = phone | البريد الإلكتروني = email | تاريخ الميلاد = birthday | الجنس | ملاحظات = notes"
    ),
    "Hindi": (
        "पहला नाम = first_name | उपनाम = last_name | कंपनी = company | पदनाम = title | पता = street | "
        "शहर = city | राज्य = state | पिन कोड = postal_code | देश = country | मोबाइल नंबर = phone | "
        "ईमेल = email | जन्म तिथि = birthday | लिंग | टिप्पणी = notes"
    ),
    "Japanese": (
        "姓 = last_name | 名 = first_name | 姓(カナ) | 名(カナ) | 会社名 = company | 部署 | 役職 = title | "
        "郵便番号 = postal_code | 都道府県 = state | 市区町村 = city | 番地 = street | 電話番号 = phone | "
        "メールアドレス = email | 生年月日 = birthday | 性別 | 備考 = notes"
    ),
    "Korean": (
        "이름 = full_name | 회사명 = company | 부서 | 직책 = title | 휴대폰 번호 = phone | 이메일 주소 = email | "
        "우편번호 = postal_code | 시/도 = state | 주소 = street | 생년월일 = birthday | 성별 | 비고 = notes"
    ),
    "Chinese": (
        "姓名 = full_name | 公司名称 = company | 部门 | 职位 = title | 手机号码 = phone | 电子邮箱 = email | "
        "国家 = country | 省份 = state | 城市 = city | 详细地址 = street | 邮编 = postal_code | "
        "出生日期 = birthday | 性别 | 备注 = notes | 标签 = tags"
    ),
    "Traditional Chinese": (
        "姓名 = full_name | 公司名稱 = company | 部門 | 職稱 = title | 行動電話 = phone | 電子郵件 = email | "
        "國家 = country | 縣市 = city | 地址 = street | 郵遞區號 = postal_code | 生日 = birthday | 備註 = notes"
    ),
    "Indonesian": (
        "Nama Depan = first_name | Nama Belakang = last_name | Perusahaan = company | Jabatan = title | "
        "Alamat = street | Kota = city | Provinsi = state | Kode Pos = postal_code | Negara = country | "
        "No. HP = phone | Alamat Email = email | Tanggal Lahir = birthday | Jenis Kelamin | Catatan = notes"
    ),
    "Vietnamese": (
        "Họ và tên = full_name | Công ty = company | Chức vụ = title | Địa chỉ = street | Thành phố = city | "
        "Tỉnh/Thành = state | Quốc gia = country | Số điện thoại = phone | Email = email | "
        "Ngày sinh = birthday | Giới tính | Ghi chú = notes"
    ),
    "Thai": (
        "ชื่อ = first_name | นามสกุล = last_name | บริษัท = company | ตำแหน่ง = title | ที่อยู่ = street | "
        "จังหวัด = state | รหัสไปรษณีย์ = postal_code | ประเทศ = country | เบอร์โทรศัพท์ = phone | "
        "อีเมล = email | วันเกิด = birthday | เพศ | หมายเหตุ = notes"
    ),
}


@pytest.mark.parametrize("language", EXPORTS)
def test_headers_are_understood(language):
    expected = {}
    for column in EXPORTS[language].split(" | "):
        header, _, field = column.strip().partition(" = ")
        expected[header] = field.strip() or None

    suggested = suggest([(header, ()) for header in expected], WELL_KNOWN)

    assert {suggestion.header: suggestion.field for suggestion in suggested} == expected
