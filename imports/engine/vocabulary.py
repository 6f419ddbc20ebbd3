"""Words that people write above columns, by language. Data for mapping.py; add a word here and nothing else changes.

A line is `meaning: word, word, …`. Case, accents, spaces and punctuation do not count, and "Straße", "strasse" and
"STRASSE" are one word. The meaning is

- a field key,
- `name`: a name whose kind the other columns decide ("Nom" beside "Prénom" is the last name, alone the full name),
- a field key with "?": a word that means the field, if nothing in the file means it better,
- `~kind`: a word that may stand beside a field's word and says whose or which it is (`~work`, `~home`, `~mobile`, …;
  mapping.py lists them),
- `other`: a column that is none of ours, so that it is not taken for a mistyped one of ours.

One word may mean different things in two languages ("kraj": country in Polish, region in Czech): the language that
explains most of a file's headers decides.
"""

from __future__ import annotations

LANGUAGES: dict[str, str] = {
    "en": """
        first_name: first name, given name, forename, fname, first, firstname, christian name, given, f name,
            name first, contact first name
        last_name: last name, surname, family name, lname, last, second name, sname, l name, name last, family,
            contact last name
        full_name: full name, fullname, display name, complete name, contact name, person name, first and last name,
            name and surname, first name last name, customer name, client name, member name, attendee name,
            subscriber name, employee name, your name, card name, name on card, cardholder name, guest name,
            student name, recipient name, legal name, contact full name, fn
        name: name
        email: email, e mail, email address, mail, e mail address, email id, email addr, electronic mail, mail address,
            emailaddress, email address value, email adress, e mail id
        phone: phone, phone number, telephone, telephone number, tel, phone no, tel no, telno, ph, phone nr,
            contact number, contact no, contact phone, ph no, phonenumber, daytime phone, day phone, direct phone,
            direct dial, landline, phone numbers, direct line
        phone?: whatsapp, whatsapp number, call number
        mobile: mobile, mobile phone, cell, cell phone, cellphone, mobile number, cellular, mob, mobile no, mob no,
            cell number, handphone, mobile telephone, cellular phone, cell no, mphone, hp no, sms, sms number,
            text number
        company: company, company name, organization, organisation, organization name, organisation name, org,
            org name, employer, business name, firm, account name, co, employer name, associated company,
            current company, company organization, default address company, corporate name, firm name, primary company,
            works at
        company?: business, account, institution, school company, affiliation, workplace, place of work,
            organization unit
        title: title, job title, position, job, jobtitle, job position, designation, job role, position title,
            job function, work title
        title?: occupation, profession, role, headline, contact title, function
        street: street, street address, address, address line 1, address line, addr, address 1, street name,
            mailing address, postal address, street road name, road, street number and name, address street, line 1,
            house number and street, address lines, residential address, physical address, thoroughfare
        city: city, town, city town, locality, municipality, city name, town city, address city, post town,
            city locality, town village
        city?: location, suburb, village
        state: state, province, state province, state region, state code, province code, region code, state name,
            administrative area, prefecture, address state, state or province, state id, state county, territory, prov
        state?: region, county, district
        postal_code: postal code, zip, zip code, postcode, post code, zipcode, zip postal code, postal, zip 4,
            pin code, pincode, postal zip code, zip postcode, eircode, address zip, zip or postal code, pin
        country: country, country name, country code, country region, nation, country of residence, address country,
            country territory, country iso, country id, country or region
        website: website, web site, web, website url, homepage, home page, web page, site, web address,
            company website, webpage, internet, personal web page, www, website address, user url
        website?: url, blog, domain, domain name, link
        birthday: birthday, birth date, birthdate, date of birth, dob, bday, b day, born, born on, date birth,
            birth day
        notes: notes, note, comments, comment, remarks, remark, memo, free text, comments follow up, annotations,
            internal notes
        notes?: description, background, about, message, additional information, additional info, further information,
            bio, summary
        tags: tags, tag, labels, label, categories, category, keywords, group membership, list membership,
            static lists, contact groups
        tags?: groups, lists, interests, segments, contact type, audience
        do_not_contact: do not contact, dnc, opt out, email opt out, unsubscribed, has opted out of email,
            do not email, do not call, opted out, unsubscribed from all email, do not mail, no marketing
        ~contact: contact, person, customer, client, user, member, subscriber, lead, people, attendee, participant,
            guest, student, employee, donor, patient, recipient, prospect, buyer, applicant, candidate, registrant,
            delegate, individual, billing, mailing, postal, default, value, current, permanent, your, my, the, of,
            owner s, shopper, volunteer, resident, card, supporter, respondent, visitor, contacts, bill to, bill, to,
            invoice, correspondence, street address, residential, legal, profile, enter, please, what is, is, required,
            optional, id value, text, or, and, po
        ~primary: primary, main, preferred, first, best, principal
        ~work: work, business, office, professional, job, corporate, direct, day, daytime
        ~home: home, private, personal, residence, house, evening, eve, eves, house address
        ~mobile: mobile, cell
        ~other: other, formatted, full, alternate, alternative, alt, additional, shipping, delivery, ship to, ship,
            backup, old, previous, temporary, extra, spare, car, radio
        ~second: secondary, second, third, line 2, line 3, extended
        ~company: company, organization, organisation, corporate, account, employer, head office, hq, switchboard
        other: id, record id, file as, form, form name, ad name, campaign name, ad set name, group, status, stage,
            gender, sex, source, lead source, owner, contact owner, created, created at, created date, create date,
            updated, updated at, modified, modified date, date, type, score, rating, count, amount, currency, price,
            total, quantity, language, locale, time zone, timezone, fax, pager, department, salutation, prefix, suffix,
            middle name, nickname, initials, age, username, user name, login, password, ip, ip address, latitude,
            longitude, last activity, last login, last seen, subscribed, opt in, consent, photo, avatar, image,
            picture, skype, twitter, facebook, linkedin, instagram, spouse, children, anniversary, industry, revenue,
            employees, manager, assistant, campaign, medium, plan, product, orders, total spent, tax id, vat,
            vat number, iban, account number, priority, subject, location, message, start date, end date, joined,
            date joined, member since, event, ticket, order, invoice, state of origin, place of birth, nationality,
            marital status, religion, house number, apartment, unit, floor, building, district, po box, domain name,
            folder, stats, series, stop, store, stock, code, mode, note type, site id, page, term, team, seat, size,
            style, notify, hobby, schools, mileage, sensitivity, callback, telex, isdn, attributes, identifier, uuid,
            active, verified, test
    """,
    "de": """
        first_name: vorname, rufname, vornamen, vname, kontakt vorname, vorname adressattyp natürl person
        last_name: nachname, familienname, zuname, nname, name nachname, familien name, nachnamen
        full_name: vollständiger name, vor und nachname, vor und zuname, ansprechpartner, kontaktname, anzeigename,
            vorname nachname, vorname name, kundenname, ganzer name, name vorname, nachname vorname, teilnehmername,
            kontaktperson, name adressattyp natürl person
        name: name
        email: e mail, email, mail, e mail adresse, mailadresse, emailadresse, e mail anschrift, elektronische post,
            mail adresse
        phone: telefon, telefonnummer, tel, rufnummer, telefonnr, tel nr, telefon nr, telnr, fon, festnetz,
            telefonnummern, fernsprecher, festnetznummer, durchwahl
        mobile: handy, mobil, mobiltelefon, mobilnummer, handynummer, mobilfunk, handynr, mobilfunknummer, mobilnr,
            mobiltelefonnummer
        company: firma, unternehmen, firmenname, arbeitgeber, betrieb, unternehmensname, firmenbezeichnung,
            gesellschaft, organisationsname, firma name, name adressattyp unternehmen, accountname, account name,
            organisation
        company?: verein, einrichtung, institution
        title: position, funktion, berufsbezeichnung, stellenbezeichnung, jobtitel, stelle, jobbezeichnung,
            berufstitel, funktionsbezeichnung, job titel
        title?: beruf, rolle, tätigkeit, titel
        street: straße, strasse, adresse, anschrift, straße und hausnummer, straße hausnummer, strasse nr,
            straße nr, postanschrift, str, straßenname, straße hausnr, wohnadresse, adresszeile 1, straße und nr,
            straße u nr, adresszeile, adresse zeile 1, anschrift zeile 1
        city: ort, stadt, wohnort, gemeinde, ortschaft, ortsname
        state: bundesland, kanton, land bundesland, provinz, bundesstaat, staat provinz, bundesland kanton,
            staat bundesland
        state?: region
        postal_code: plz, postleitzahl, postleit zahl, post leitzahl
        country: land, staat, ländercode, länderkürzel, länderkennzeichen, land region, land code, landesname, nation
        website: webseite, homepage, internetadresse, internet, web, webadresse, netzseite, internetseite
        birthday: geburtstag, geburtsdatum, geb datum, geboren, geb, geboren am, geb am, gebdatum, geburts datum
        notes: notizen, notiz, bemerkung, bemerkungen, kommentar, kommentare, anmerkung, anmerkungen, memo, freitext
        notes?: beschreibung, hinweise, hinweis, zusatzinformationen
        tags: kategorien, schlagworte, schlagwörter, stichwörter, etiketten, stichworte, schlüsselwörter, markierungen
        tags?: gruppen, gruppe, kategorie, verteiler
        do_not_contact: werbesperre, kontaktsperre, nicht kontaktieren, abgemeldet, werbewiderspruch
        ~contact: kontakt, kunde, kunden, person, mitglied, teilnehmer, nutzer, benutzer, mandant, ansprechpartner,
            rechnung, rechnungs, rechnungsadresse, anschrift, adresse, wert, post, mitarbeiter, abonnent, interessent,
            patient, schüler, gast, käufer, der, des, die, ihre, deine, postal, und, oder, für, postanschrift,
            korrespondenz
        ~primary: haupt, primär, primäre, bevorzugte, erste
        ~work: geschäftlich, geschäft, dienst, dienstlich, arbeit, büro, beruflich, berufl, firmen, geschäftliche,
            dienstliche
        ~home: privat, private, zuhause, persönlich, zu hause, priv
        ~mobile: mobil, handy
        ~other: weitere, andere, sonstige, lieferung, lieferadresse, abweichende, liefer, weiteres, alternative,
            alternativ, auto
        ~second: zweite, zweitadresse, zusatz, zusätzliche, adresszusatz, adresszeile 2
        ~company: firma, unternehmen, zentrale, organisation
        other: anrede, geschlecht, kundennummer, kundennr, mitgliedsnummer, abteilung, fax, telefax, faxnummer,
            erstellt, erstellt am, geändert am, eintritt, eintrittsdatum, austritt, hausnummer, hausnr, postfach,
            sprache, herkunft, quelle, iban, bic, kontonummer, umsatz, menge, betrag, datum, preis, nummer, nr, alter,
            spitzname, zweiter vorname, weitere vornamen, initialen, namenszusatz, suffix, staatsangehörigkeit,
            familienstand, branche, kürzel, anmeldedatum, status, geburtsort, geburtsname, beitrag, spende, bild,
            foto, betreff, benutzername, jahrestag, ortsteil, bank, konto, straßenbahn, newsletter, wichtigkeit,
            vertraulichkeit
    """,
    "fr": """
        first_name: prénom, prénoms, premier prénom, petit nom, nom prénom usuel
        last_name: nom de famille, nom famille, patronyme, nom d usage, nom usuel
        full_name: nom complet, nom et prénom, prénom et nom, nom prénom, nom prénoms, nom affiché,
            nom du contact, prénom nom, nom d affichage, nom du client, nom et prénoms, interlocuteur, nom contact
        name: nom, noms
        email: email, e mail, courriel, adresse e mail, adresse mail, adresse email, mél, adresse électronique, mail,
            adresse courriel, courrier électronique, adresse de messagerie, messagerie
        phone: téléphone, tél, numéro de téléphone, tel, n de téléphone, no de téléphone,
            numéro téléphone, n téléphone, téléphone fixe, fixe, tél fixe, num tel, ligne directe, n tél,
            num téléphone, numero de tel, téléphones
        mobile: portable, mobile, téléphone portable, téléphone mobile, tél portable, tél mobile, gsm,
            numéro de portable, tel mob, cellulaire, numéro de mobile, natel, n portable
        company: société, entreprise, organisation, raison sociale, nom de l entreprise, nom de la société,
            employeur, nom société, nom entreprise, compagnie, nom de l organisation, dénomination sociale,
            nom du compte, compte, organisation principale
        company?: structure, établissement, association, organisme
        title: fonction, poste, titre du poste, intitulé du poste, titre de poste, poste occupé, titre professionnel,
            intitulé de poste
        title?: profession, métier, qualité, rôle, emploi, titre
        street: adresse, rue, adresse postale, adresse 1, voie, adresse ligne 1, n et rue, numéro et rue, n et voie,
            adresse rue, ligne d adresse 1, adresse complète, adresse 1 ligne, libellé voie, numéro et nom de rue
        city: ville, commune, localité, bureau distributeur, municipalité
        state: province, état, canton, état province, région département, dép, dép région
        state?: région, département
        postal_code: code postal, cp, code post, npa, c p
        country: pays, code pays, pays région, nom du pays, pays de résidence
        website: site web, site internet, site, page web, url, adresse web, site web url, page d accueil
        birthday: date de naissance, anniversaire, né le, naissance, née le, ddn, né e le, date naissance,
            date naiss
        notes: notes, remarques, commentaires, commentaire, observations, note, remarque, observation,
            infos complémentaires, informations complémentaires, annotations
        notes?: description
        tags: étiquettes, mots clés, catégories, tags, groupes, libellés, catégorie, listes, mot clé, étiquette
        do_not_contact: ne pas contacter, désinscrit, désabonné, opposition, ne pas démarcher
        ~contact: contact, client, personne, membre, adhérent, utilisateur, de, du, la, le, l, d, des, facturation,
            valeur, abonné, participant, élève, patient, salarié, bénéficiaire, postale, invité, destinataire,
            acheteur, votre, prospect, ou, et, envoi, correspondance
        ~primary: principal, principale, préféré
        ~work: professionnel, professionnelle, travail, bureau, pro, prof, direct
        ~home: domicile, personnel, personnelle, privé, privée, perso, maison
        ~mobile: portable, mobile
        ~other: autre, livraison, complémentaire, supplémentaire, alternatif, payeur
        ~second: secondaire, deuxième, second, complément, complément d adresse, bis
        ~company: société, entreprise, standard, organisation
        other: civilité, sexe, genre, fax, télécopie, statut, date d inscription, service, langue, source, numéro,
            réf, référence, n client, numéro client, n adhérent, âge, nationalité, montant, date, créé le,
            modifié le, surnom, lieu de naissance, situation familiale, secteur, siret, siren, tva, propriétaire,
            origine, cotisation, date d adhésion, date de création, nom de jeune fille, type, actif, code, initiales,
            deuxième prénom, photo, identifiant, complément adresse, cedex, dernière connexion, solde, bâtiment,
            étage
    """,
    "es": """
        first_name: nombre de pila, primer nombre, nombres, nombre s, nombre propio
        last_name: apellido, apellidos, apellido s, primer apellido, apellido paterno, apellidos del contacto
        full_name: nombre completo, nombre y apellidos, nombre y apellido, apellidos y nombre, apellidos nombre,
            nombre apellidos, nombre del contacto, nombre del cliente, persona de contacto, nombre para mostrar,
            apellido y nombre, nombre cliente, nombre contacto, nombre apellido, nombre a mostrar
        name: nombre
        email: correo electrónico, correo, email, e mail, dirección de correo, mail,
            dirección de correo electrónico, correo e, dirección de email, dirección email, correo elec
        phone: teléfono, tel, número de teléfono, teléfono fijo, tfno, telf, tlf, nº de teléfono,
            no de teléfono, num teléfono, número telefónico, fijo, n teléfono, teléfono de contacto,
            numero de contacto, teléfonos
        mobile: móvil, celular, teléfono móvil, teléfono celular, cel, tel móvil, número de móvil,
            número de celular, no celular, número móvil, n movil
        company: empresa, compañía, organización, razón social, nombre de la empresa, nombre empresa, sociedad,
            empleador, negocio, institución, entidad, nombre de la organización, nombre de empresa,
            empresa organización, nombre de la cuenta, cuenta
        title: cargo, puesto, título del puesto, puesto de trabajo, posición, función, oficio, cargo puesto
        title?: ocupación, profesión, rol, título profesional, título
        street: dirección, calle, domicilio, dirección postal, dirección 1, calle y número, dirección línea 1,
            calle número, línea de dirección 1, vía, direccion completa
        city: ciudad, población, localidad, municipio, poblacion ciudad, ciudad localidad, delegación municipio
        state: provincia, comunidad autónoma, departamento estado, estado provincia, provincia estado, estado región,
            entidad federativa
        state?: región, estado
        postal_code: código postal, cp, c p, cód postal, codigo post, cod postal
        country: país, código de país, país región, nombre del país, código país, país de residencia
        website: sitio web, página web, web, url, pagina de internet, sitio, sitio web url, página
        birthday: fecha de nacimiento, cumpleaños, nacimiento, fecha nacimiento, f nacimiento, fec nac, fecha nac,
            f nac, fecha de nac
        notes: notas, observaciones, comentarios, nota, comentario, observación, información adicional, anotaciones
        notes?: descripción
        tags: etiquetas, categorías, grupos, categoría, etiqueta, palabras clave, listas
        do_not_contact: no contactar, baja, dado de baja, no llamar, no molestar
        ~contact: contacto, cliente, persona, miembro, socio, usuario, de, del, la, el, facturación, valor,
            suscriptor, alumno, paciente, participante, asistente, empleado, titular, fiscal, postal, comprador, su,
            envío postal, destinatario, los, o, y, correspondencia, en, e
        ~primary: principal, preferido
        ~work: trabajo, oficina, profesional, laboral, corporativo, directo
        ~home: casa, particular, personal, privado, domicilio
        ~mobile: móvil, celular
        ~other: otro, otra, envío, entrega, alternativo, adicional
        ~second: secundario, segundo, línea 2
        ~company: empresa, compañía, organización, centralita
        other: tratamiento, género, sexo, fax, estatus, fecha alta, fecha de alta, departamento, idioma, origen,
            número, dni, nif, cif, nie, rfc, curp, edad, nacionalidad, importe, fecha, segundo apellido,
            apellido materno, saldo, código, código cliente, ruc, segundo nombre, apodo, estado civil,
            lugar de nacimiento, sector, propietario, fecha de creación, tipo, activo, piso, colonia, numero exterior,
            numero interior, barrio, puerta, referencia, fuente, foto, última compra
    """,
    "it": """
        first_name: nome di battesimo, nome proprio, primo nome
        last_name: cognome, cognomi
        full_name: nome e cognome, nome completo, nominativo, cognome e nome, cognome nome, nome cognome,
            nome visualizzato, nome del contatto, nome cliente, nome contatto, referente, persona di contatto,
            intestatario
        name: nome
        email: email, e mail, posta elettronica, indirizzo e mail, indirizzo email, mail,
            indirizzo di posta elettronica, indirizzo mail, casella email
        phone: telefono, tel, numero di telefono, telefono fisso, recapito telefonico, n telefono, numero telefono,
            num tel, fisso, recapito, n tel, num telefono, numero telefonico
        mobile: cellulare, telefono cellulare, cell, mobile, numero di cellulare, telefonino, n cellulare,
            telefono mobile, numero cellulare
        company: azienda, società, ditta, ragione sociale, organizzazione, nome azienda, impresa, datore di lavoro,
            nome società, ente, denominazione, nome dell azienda, nome ditta, azienda ente, nome account
        title: qualifica, posizione, ruolo, mansione, posizione lavorativa, incarico, funzione, titolo di lavoro,
            carica
        title?: professione, titolo professionale, occupazione, titolo
        street: indirizzo, via, indirizzo postale, indirizzo 1, via e numero, via piazza, residenza indirizzo,
            indirizzo riga 1, via e numero civico, indirizzo via, indirizzo completo
        city: città, comune, località, paese città, citta comune
        state: provincia, prov, stato provincia, pr, provincia regione, sigla provincia
        state?: regione
        postal_code: cap, codice postale, codice avviamento postale, c a p
        country: paese, nazione, stato, codice paese, paese regione, stato estero, paese di residenza
        website: sito web, sito, sito internet, pagina web, url, indirizzo web
        birthday: data di nascita, compleanno, nascita, data nascita, nato il, nata il, nato a il
        notes: note, osservazioni, commenti, annotazioni, commento, informazioni aggiuntive, appunti
        notes?: descrizione
        tags: etichette, categorie, gruppi, categoria, tag, parole chiave, etichetta, liste
        do_not_contact: non contattare, disiscritto, cancellato
        ~contact: contatto, cliente, persona, membro, socio, utente, di, del, della, dell, la, il, fatturazione,
            valore, iscritto, paziente, partecipante, residenza, dipendente, postale, destinatario, alunno, o, e,
            corrispondenza, spedizione postale
        ~primary: principale, preferito
        ~work: lavoro, ufficio, aziendale, professionale, diretto, uff
        ~home: casa, abitazione, personale, privato, domicilio, ab
        ~mobile: cellulare, mobile
        ~other: altro, altra, spedizione, consegna, alternativo, aggiuntivo
        ~second: secondario, secondo, riga 2
        ~company: azienda, società, ditta, centralino
        other: sesso, genere, fax, reparto, lingua, fonte, numero, codice fiscale, partita iva, p iva, età,
            nazionalità, importo, data, codice cliente, data iscrizione, luogo di nascita, soprannome, civico,
            numero civico, settore, tipo, attivo, data creazione, stato civile, secondo nome, iban, pec, frazione,
            tessera, quota, numero tessera, provenienza
    """,
    "pt": """
        first_name: primeiro nome, nome próprio, prenome, nome de batismo, nomes próprios
        last_name: sobrenome, apelido, último nome, apelidos, nome de família, sobrenomes
        full_name: nome completo, nome e sobrenome, nome e apelido, nome do contato, nome do contacto, nome do cliente,
            nome de exibição, nome cliente, nome do titular, pessoa de contato, nome sobrenome, nome do aluno
        name: nome
        email: email, e mail, correio eletrônico, correio electrónico, endereço de e mail, endereço de email, mail,
            endereço eletrônico
        phone: telefone, tel, fone, número de telefone, telefone fixo, nº de telefone, número telefone,
            telefone de contato, telefone contato, n telefone, fixo, numero do telefone, telefones
        mobile: celular, telemóvel, telefone celular, móvel, número de celular, nº de telemóvel, cel, n telemovel,
            whats
        company: empresa, organização, companhia, razão social, nome da empresa, empregador, instituição,
            nome fantasia, nome da organização, firma, entidade, empresa organização, nome da conta, conta
        title: cargo, função, posição, título do cargo, cargo função
        title?: profissão, ocupação, papel, título
        street: endereço, morada, rua, logradouro, endereço 1, rua e número, linha de endereço 1, endereço linha 1,
            endereço completo, morada 1
        city: cidade, localidade, município, concelho, cidade município
        state: estado, uf, província, distrito, região, estado uf, estado província, estado região
        postal_code: cep, código postal, cod postal, cp
        country: país, código do país, país região, nome do país
        website: site, website, página web, web site, url, página, sítio web, página de internet, página da web
        birthday: data de nascimento, aniversário, nascimento, data nascimento, dt nascimento, dt nasc, data nasc,
            data de nasc
        notes: observações, notas, comentários, observação, obs, nota, comentário, anotações, informações adicionais
        notes?: descrição
        tags: etiquetas, marcadores, categorias, grupos, categoria, tags, palavras chave, listas, etiqueta
        do_not_contact: não contatar, descadastrado, não contactar, não perturbe
        ~contact: contato, contacto, cliente, pessoa, membro, sócio, usuário, utilizador, de, do, da, o, a, cobrança,
            faturação, faturamento, valor, aluno, paciente, participante, associado, funcionário, comprador,
            assinante, titular, residencial postal, ou, e, correspondência, endereço
        ~primary: principal, preferencial
        ~work: trabalho, comercial, escritório, profissional, corporativo, direto
        ~home: casa, residencial, pessoal, particular, residência
        ~mobile: celular, telemóvel, móvel
        ~other: outro, outra, entrega, alternativo, envio, adicional
        ~second: secundário, segundo, complemento, linha 2
        ~company: empresa, organização, comercial empresa
        other: gênero, género, sexo, fax, situação, departamento, idioma, origem, número, cpf, cnpj, nif, rg, idade,
            nacionalidade, data, bairro, código, valor total, última atividade, status, apelido social, estado civil,
            naturalidade, setor, tipo, ativo, data de cadastro, data de criação, inscrição estadual, nome do meio,
            tratamento, profissional responsável, freguesia, contribuinte, pedido, cupom
    """,
    "nl": """
        first_name: voornaam, roepnaam, voornamen, voornaam contactpersoon
        last_name: achternaam, familienaam, geslachtsnaam
        full_name: volledige naam, voor en achternaam, contactpersoon, naam contactpersoon, weergavenaam, klantnaam,
            volledige naam contact, naam contact, naam klant
        name: naam
        email: e mail, email, e mailadres, emailadres, mail, mailadres
        phone: telefoon, telefoonnummer, tel, telnr, tel nr, vaste telefoon, telefoonnr, telefoon vast, vast nummer,
            telefoon nummer, doorkiesnummer
        mobile: mobiel, mobiele telefoon, gsm, mobiel nummer, mobiele nummer, mobiele telefoonnummer, gsm nummer,
            mobielnummer, telefoon mobiel
        company: bedrijf, bedrijfsnaam, organisatie, onderneming, firma, werkgever, organisatienaam, naam bedrijf,
            naam organisatie, bedrijf organisatie, instelling, vennootschap, accountnaam
        title: functie, functietitel, positie, functieomschrijving, functienaam
        title?: beroep, rol, titel
        street: straat, adres, straatnaam, straat en huisnummer, straat huisnummer, adresregel 1, postadres, straat nr,
            adres 1, straat en nr, straatnaam en huisnummer
        city: plaats, woonplaats, stad, gemeente, plaatsnaam
        state: provincie, regio, staat, staat provincie, gewest
        postal_code: postcode, postkode, pc
        country: land, landcode, land regio, landnaam
        website: website, webpagina, homepage, internetadres, web, webadres, internetsite
        birthday: geboortedatum, verjaardag, geboren, geboren op, geb datum, gebdatum, geboorte datum
        notes: notities, opmerkingen, notitie, opmerking, aantekeningen, commentaar, bijzonderheden, memo
        notes?: omschrijving, toelichting
        tags: labels, categorieën, groepen, categorie, trefwoorden, tags, lijsten, groep
        do_not_contact: niet contacteren, niet benaderen, uitgeschreven, afgemeld
        ~contact: contact, klant, persoon, lid, gebruiker, factuur, van, de, het, waarde, factuuradres, deelnemer,
            medewerker, relatie, post, abonnee, uw, bezoek, of, en, adres, werkadres
        ~primary: primair, primaire, hoofd
        ~work: werk, zakelijk, kantoor, zakelijke, werkadres, op werk
        ~home: privé, thuis, persoonlijk, huisadres
        ~mobile: mobiel, gsm
        ~other: ander, overig, bezorg, aflever, anders, alternatief, leveradres
        ~second: tweede, secundair
        ~company: bedrijf, organisatie, algemeen
        other: tussenvoegsel, voorvoegsel, voorletters, aanhef, geslacht, fax, huisnummer, huisnr, toevoeging,
            lidnummer, klantnummer, afdeling, taal, bron, datum, btw nummer, kvk, relatienummer, inschrijfdatum,
            nationaliteit, status, leeftijd, initialen, bedrag, rekeningnummer, lid sinds, geboorteplaats, type,
            actief, team, debiteurnummer, aangemaakt op, huisnummertoevoeging
    """,
    "pl": """
        first_name: imię, imiona, pierwsze imię
        last_name: nazwisko
        full_name: imię i nazwisko, nazwisko i imię, pełna nazwa, pełne imię i nazwisko, osoba kontaktowa,
            imię nazwisko, nazwisko imię, nazwa wyświetlana, klient, nazwa kontaktu, nazwa klienta
        email: email, e mail, adres e mail, adres email, poczta elektroniczna, mail, poczta e mail,
            adres poczty elektronicznej, adres mailowy
        phone: telefon, tel, numer telefonu, nr telefonu, nr tel, telefon stacjonarny, telefon kontaktowy, numer tel,
            telefony
        mobile: telefon komórkowy, komórka, tel komórkowy, kom, nr komórki, numer komórkowy, komórkowy, tel kom
        company: firma, nazwa firmy, organizacja, przedsiębiorstwo, pracodawca, spółka, instytucja,
            nazwa organizacji, zakład pracy
        company?: kontrahent, nazwa
        title: stanowisko, funkcja, stanowisko pracy, tytuł zawodowy
        title?: zawód, rola, tytuł
        street: ulica, adres, ulica i numer, ulica nr, adres 1, ulica numer, ulica i nr domu, adres korespondencyjny,
            ul, adres ulica, ulica i nr, ulica i numer domu
        city: miasto, miejscowość, miejsce zamieszkania, gmina miasto
        state: województwo, region, stan, prowincja, woj
        postal_code: kod pocztowy, kod, kod poczt
        country: kraj, państwo, kod kraju, kraj region
        website: strona www, www, strona internetowa, witryna, strona, adres www, strona web, witryna internetowa,
            strona sieci web
        birthday: data urodzenia, urodziny, data ur, ur
        notes: uwagi, notatki, komentarz, notatka, komentarze, adnotacje, dodatkowe informacje
        notes?: opis
        tags: etykiety, tagi, kategorie, grupy, kategoria, słowa kluczowe, listy, etykieta
        do_not_contact: nie kontaktować, wypisany, nie kontaktować się
        ~contact: kontakt, klient, klienta, osoba, członek, członka, użytkownik, użytkownika, do faktury, wartość,
            kontaktu, uczestnik, uczestnika, pracownika, pacjenta, odbiorcy, korespondencyjny, subskrybenta, i, lub,
            adres
        ~primary: główny, podstawowy, główna
        ~work: służbowy, praca, firmowy, biuro, służbowa, biurowy, służbowe
        ~home: domowy, prywatny, dom, prywatna, prywatne
        ~mobile: komórkowy, komórka
        ~other: inny, inne, dostawy, do wysyłki, alternatywny
        ~second: drugi, dodatkowy, druga
        ~company: firma, firmy, centrala
        other: płeć, fax, faks, status, dział, język, źródło, numer, nip, regon, pesel, wiek, data,
            zwrot grzecznościowy, data utworzenia, drugie imię, nr domu, nr lokalu, numer domu, numer lokalu,
            miejsce urodzenia, narodowość, branża, typ, kwota, składka, data zapisu, nr klienta, powiat, gmina,
            identyfikator
    """,
    "sv": """
        first_name: förnamn, tilltalsnamn
        last_name: efternamn
        full_name: fullständigt namn, för och efternamn, kontaktperson, hela namnet, visningsnamn, namn på kontakt,
            kundnamn, kontaktnamn
        name: namn
        email: e post, epost, e postadress, epostadress, mejl, mail, mejladress, mailadress, e mail, email,
            e post adress
        phone: telefon, telefonnummer, tel, telefonnr, tel nr, fast telefon, tfn, telnr, hemtelefon fast, direktnummer
        mobile: mobil, mobiltelefon, mobilnummer, mobilnr, mobiltelefonnummer, mobil nr
        company: företag, företagsnamn, organisation, bolag, arbetsgivare, organisationsnamn, firma, förening,
            företag organisation, bolagsnamn
        title: befattning, yrke, roll, jobbtitel, position, yrkestitel, tjänst, yrkesroll
        title?: titel
        street: gata, adress, gatuadress, postadress gata, adressrad 1, gatuadress 1, adress 1, utdelningsadress,
            gatunamn
        city: ort, stad, postort, kommun
        state: län, region, delstat, landskap, provins, delstat region
        postal_code: postnummer, postnr, post nr
        country: land, landskod, land region
        website: webbplats, hemsida, webb, webbsida, webbadress, hemsideadress
        birthday: födelsedatum, födelsedag, född, födelsedata
        notes: anteckningar, kommentar, kommentarer, anteckning, noteringar, övrigt, anmärkning, notering, beskrivning,
            anmärkningar
        tags: etiketter, kategorier, taggar, grupper, kategori, nyckelord, listor
        do_not_contact: kontakta inte, avregistrerad, kontakta ej
        ~contact: kontakt, kund, person, medlem, användare, faktura, värde, kundens, deltagare, fakturering, anställd,
            prenumerant, medlemmens, post, och, eller
        ~primary: primär, huvud
        ~work: arbete, jobb, kontor, arbets, arbetet, jobbet
        ~home: hem, privat, bostad, personlig, hemmet
        ~mobile: mobil
        ~other: annan, annat, leverans, övrig
        ~second: andra, sekundär, alternativ
        ~company: företag, företagets, växel
        other: kön, fax, status, avdelning, språk, källa, nummer, personnummer, organisationsnummer, orgnr, kundnummer,
            medlemsnummer, ålder, datum, skapad, mellannamn, smeknamn, nationalitet, medlem sedan, typ, belopp,
            bransch, co adress
    """,
    "da": """
        first_name: fornavn, fornavne
        last_name: efternavn, efternavne
        full_name: fulde navn, fuldt navn, for og efternavn, kontaktperson, visningsnavn, kundenavn, kontaktnavn
        name: navn
        email: e mail, email, e mailadresse, mail, mailadresse, emailadresse, e post, e mail adresse
        phone: telefon, telefonnummer, tlf, tlf nr, telefonnr, tlfnr, fastnet, fastnettelefon, telefon nr,
            direkte telefon
        mobile: mobil, mobiltelefon, mobilnummer, mobilnr, mobil nr, mobiltlf
        company: firma, virksomhed, firmanavn, organisation, arbejdsgiver, virksomhedsnavn, selskab, forening,
            organisationsnavn
        title: stilling, jobtitel, stillingsbetegnelse, erhverv, funktion, rolle, stilling titel
        title?: titel
        street: gade, adresse, vej, vejnavn, gadenavn, adresse 1, gade og nummer, vej og nummer, adresselinje 1,
            gade vej
        city: by, bynavn, postdistrikt, kommune
        state: region, amt, delstat, provins, landsdel
        postal_code: postnummer, postnr, post nr
        country: land, landekode, land region
        website: hjemmeside, webside, websted, web, webadresse, netsted
        birthday: fødselsdag, fødselsdato, født, fødsels dato
        notes: noter, bemærkninger, kommentar, kommentarer, bemærkning, notat, note, beskrivelse, anmærkninger
        tags: kategorier, mærker, etiketter, grupper, kategori, tags, nøgleord, lister, mærkater
        do_not_contact: kontakt ikke, afmeldt, må ikke kontaktes
        ~contact: kontakt, kunde, person, medlem, bruger, faktura, værdi, kundens, deltager, fakturering, ansat,
            medarbejder, og, eller
        ~primary: primær, hoved
        ~work: arbejde, arbejds, kontor, erhverv, job
        ~home: hjem, privat, hjemme, personlig
        ~mobile: mobil
        ~other: anden, andet, levering, øvrig
        ~second: sekundær, ekstra
        ~company: firma, virksomhed, hovednummer
        other: køn, fax, status, afdeling, sprog, kilde, nummer, cvr, cvr nummer, kundenummer, medlemsnummer, alder,
            dato, oprettet, mellemnavn, kaldenavn, nationalitet, cpr, type, beløb, branche, indmeldt
    """,
    "no": """
        first_name: fornavn, fornavn mellomnavn
        last_name: etternavn
        full_name: fullt navn, for og etternavn, kontaktperson, visningsnavn, kundenavn, navn kontaktperson,
            kontaktnavn
        name: navn
        email: e post, epost, e postadresse, epostadresse, mail, e mail, e post adresse
        phone: telefon, telefonnummer, tlf, tlf nr, telefonnr, fasttelefon, tlfnr, telefon nr, direktenummer
        mobile: mobil, mobiltelefon, mobilnummer, mobilnr, mobiltlf, mobil nr
        company: firma, bedrift, selskap, organisasjon, firmanavn, arbeidsgiver, bedriftsnavn, virksomhet,
            organisasjonsnavn, arbeidssted, forening
        title: stilling, stillingstittel, jobbtittel, yrke, rolle, yrkestittel, funksjon
        title?: tittel
        street: gate, adresse, gateadresse, vei, adresse 1, postadresse, adresselinje 1, gatenavn, besøksadresse,
            veiadresse
        city: by, sted, poststed, kommune, bosted
        state: fylke, region, delstat, provins
        postal_code: postnummer, postnr, post nr
        country: land, landkode, land region
        website: nettside, nettsted, hjemmeside, webside, web, nettadresse
        birthday: fødselsdato, bursdag, fødselsdag, født, fødsels dato
        notes: notater, merknader, kommentar, kommentarer, merknad, notat, beskrivelse, anmerkninger
        tags: kategorier, etiketter, merkelapper, grupper, stikkord, kategori, tagger, emneord, lister
        do_not_contact: ikke kontakt, avmeldt, skal ikke kontaktes
        ~contact: kontakt, kunde, person, medlem, bruker, faktura, verdi, deltaker, fakturering, ansatt, og, eller
        ~primary: primær, hoved
        ~work: arbeid, jobb, kontor, arbeids
        ~home: hjem, privat, hjemme, personlig
        ~mobile: mobil
        ~other: annen, annet, levering, øvrig
        ~second: sekundær, ekstra
        ~company: firma, bedrift, sentralbord
        other: kjønn, fax, faks, status, avdeling, språk, kilde, nummer, organisasjonsnummer, orgnr, kundenummer,
            medlemsnummer, alder, dato, opprettet, mellomnavn, kallenavn, nasjonalitet, personnummer, type, beløp,
            bransje, innmeldt
    """,
    "fi": """
        first_name: etunimi, etunimet, kutsumanimi
        last_name: sukunimi
        full_name: koko nimi, etu ja sukunimi, yhteyshenkilö, näyttönimi, asiakkaan nimi, sukunimi etunimi,
            etunimi sukunimi, yhteyshenkilön nimi
        name: nimi
        email: sähköposti, sähköpostiosoite, s posti, email, e mail, meili, sposti
        phone: puhelin, puhelinnumero, puh, puh nro, puhelinnro, lankapuhelin, puhelin nro, puhnro, suora numero
        mobile: matkapuhelin, kännykkä, gsm, matkapuhelinnumero, mobiili, kännykkänumero
        company: yritys, yrityksen nimi, organisaatio, työnantaja, yhtiö, firma, yhteisö, organisaation nimi,
            työpaikka, yhdistys
        title: titteli, asema, ammatti, työtehtävä, nimike, tehtävänimike, rooli, tehtävä, työnimike
        street: katu, osoite, katuosoite, lähiosoite, postiosoite, osoiterivi 1, osoite 1, kadunnimi, jakeluosoite
        city: kaupunki, paikkakunta, postitoimipaikka, kunta, kotikunta
        state: maakunta, lääni, osavaltio, alue, osavaltio maakunta
        postal_code: postinumero, postinro
        country: maa, maakoodi, valtio, maa alue
        website: verkkosivu, kotisivu, www sivu, verkkosivusto, nettisivu, www, verkkosivut, kotisivut, www osoite,
            verkkosivusto url
        birthday: syntymäaika, syntymäpäivä, synt aika, syntynyt
        notes: muistiinpanot, huomautukset, kommentit, lisätiedot, kommentti, huomiot, muistiinpano, huomautus, kuvaus,
            huom
        tags: tunnisteet, luokat, ryhmät, tagit, avainsanat, luokka, ryhmä, kategoriat
        do_not_contact: ei saa ottaa yhteyttä, markkinointikielto
        ~contact: yhteystieto, asiakas, asiakkaan, henkilö, jäsen, jäsenen, käyttäjä, laskutus, arvo, osallistuja,
            henkilön, työntekijä, ja, tai
        ~primary: ensisijainen, pää
        ~work: työ, toimisto, työn
        ~home: koti, yksityinen, henkilökohtainen
        ~mobile: matka, mobiili
        ~other: muu, toimitus
        ~second: toissijainen, toinen
        ~company: yritys, yrityksen, vaihde
        other: sukupuoli, faksi, tila, osasto, kieli, lähde, numero, y tunnus, henkilötunnus, asiakasnumero,
            jäsennumero, ikä, päivämäärä, luotu, toinen nimi, lempinimi, kansalaisuus, tyyppi, summa, toimiala,
            liittymispäivä, syntymäpaikka
    """,
    "cs": """
        first_name: jméno křestní, křestní jméno, jméno, krestni
        last_name: příjmení
        full_name: celé jméno, jméno a příjmení, příjmení a jméno, kontaktní osoba, jméno příjmení,
            příjmení jméno, zobrazované jméno, jméno zákazníka, jméno kontaktu
        email: e mail, email, e mailová adresa, emailová adresa, mail, elektronická pošta
        phone: telefon, telefonní číslo, tel, tel číslo, číslo telefonu, pevná linka, telefonní kontakt, tel č
        mobile: mobil, mobilní telefon, mobilní číslo, mobilní tel
        company: firma, společnost, název firmy, organizace, zaměstnavatel, název společnosti, podnik,
            název organizace, instituce
        company?: název
        title: pozice, funkce, pracovní pozice, povolání, pracovní zařazení, profese, role, pracovní titul
        title?: titul
        street: ulice, adresa, ulice a číslo, ulice a č p, ulice čp, adresa 1, ulice číslo popisné,
            ulice a číslo popisné, ulice č p
        city: město, obec, místo, město obec, bydliště
        state: kraj, region, okres kraj, oblast, provincie
        postal_code: psč, poštovní směrovací číslo, směrovací číslo
        country: země, stát, kód země, stát země, země oblast
        website: web, webová stránka, www, webové stránky, internetové stránky, stránky, webová adresa
        birthday: datum narození, narozeniny, narozen, dat nar, narozena
        notes: poznámky, poznámka, komentář, komentáře, popis, doplňující informace
        tags: štítky, kategorie, skupiny, značky, klíčová slova, štítek, skupina
        do_not_contact: nekontaktovat, odhlášen
        ~contact: kontakt, kontaktní, zákazník, zákazníka, osoba, člen, člena, uživatel, fakturační, hodnota,
            klient, klienta, účastník, kontaktu, zaměstnance, a, nebo, adresa
        ~primary: hlavní, primární
        ~work: pracovní, práce, kancelář, služební, do práce, firemní
        ~home: domů, soukromý, osobní, domácí, soukromé, trvalé
        ~mobile: mobilní
        ~other: jiný, ostatní, dodací, další
        ~second: druhý, sekundární
        ~company: firma, firmy, ústředna, společnosti
        other: pohlaví, fax, stav, oddělení, jazyk, zdroj, číslo, ič, ičo, dič, rodné číslo, věk, datum,
            oslovení, vytvořeno, prostřední jméno, přezdívka, národnost, typ, částka, obor, číslo popisné,
            místo narození, číslo zákazníka, okres
    """,
    "sk": """
        first_name: meno, krstné meno
        last_name: priezvisko
        full_name: celé meno, meno a priezvisko, priezvisko a meno, kontaktná osoba, meno priezvisko,
            zobrazované meno
        email: e mail, email, e mailová adresa, emailová adresa, mail
        phone: telefón, telefónne číslo, tel, tel číslo, číslo telefónu, pevná linka, t č
        mobile: mobil, mobilný telefón, mobilné číslo
        company: firma, spoločnosť, názov firmy, organizácia, zamestnávateľ, názov spoločnosti, podnik
        company?: názov
        title: pozícia, funkcia, pracovná pozícia, povolanie, profesia, pracovné zaradenie
        title?: titul
        street: ulica, adresa, ulica a číslo, ulica číslo, ulica a č
        city: mesto, obec, mesto obec, bydlisko
        state: kraj, región, okres kraj, oblasť
        postal_code: psč, poštové smerovacie číslo, smerovacie číslo
        country: krajina, štát, kód krajiny
        website: web, webová stránka, www, webové stránky, internetová stránka
        birthday: dátum narodenia, narodeniny, narodený, dát nar
        notes: poznámky, poznámka, komentár, komentáre, popis
        tags: štítky, kategórie, skupiny, značky, kľúčové slová
        ~contact: kontakt, kontaktný, kontaktné, zákazník, zákazníka, osoba, člen, člena, používateľ,
            fakturačná, klient, klienta, účastník, a, alebo
        ~primary: hlavný, hlavné, primárny
        ~work: pracovný, práca, pracovné, služobný, firemný
        ~home: domov, súkromný, osobný, súkromné
        ~mobile: mobilný
        ~other: iný, dodacia, ďalší
        ~second: druhý, sekundárny
        ~company: firma, firmy, spoločnosti
        other: pohlavie, fax, stav, oddelenie, jazyk, zdroj, číslo, ičo, dič, rodné číslo, vek, dátum, oslovenie,
            vytvorené, prezývka, národnosť, typ, suma, okres
    """,
    "hu": """
        first_name: keresztnév, utónév, kereszt név
        last_name: vezetéknév, családnév, családi név, vezeték név
        full_name: teljes név, név, kapcsolattartó, megjelenítendő név, kapcsolattartó neve, ügyfél neve,
            ügyfélnév, vezetéknév és keresztnév, teljes neve
        email: e mail, email, e mail cím, email cím, elektronikus levelezési cím, mail, villámposta, drótposta,
            e mail címe
        phone: telefon, telefonszám, tel, tel szám, vezetékes telefon, telefonszáma, vezetékes, vezetékes szám
        mobile: mobil, mobiltelefon, mobilszám, mobil szám, mobiltelefonszám
        company: cég, cégnév, vállalat, szervezet, munkáltató, munkahely, vállalkozás, intézmény, cég neve,
            szervezet neve, társaság
        title: beosztás, pozíció, munkakör, foglalkozás, titulus, szerepkör, betöltött pozíció
        street: utca, cím, utca házszám, lakcím, postacím, utca és házszám, cím 1, címsor 1, közterület,
            utcanév
        city: város, település, helység, helyiség, lakóhely
        state: megye, régió, állam, tartomány, állam megye
        postal_code: irányítószám, irsz, ir szám, postai irányítószám
        country: ország, országkód, ország régió
        website: weboldal, honlap, webhely, web, weblap, webcím
        birthday: születési dátum, születésnap, született, születési idő, szül dátum, szül idő
        notes: megjegyzés, megjegyzések, jegyzetek, leírás, jegyzet, hozzászólás, egyéb megjegyzés
        tags: címkék, kategóriák, csoportok, kategória, kulcsszavak, címke, csoport
        do_not_contact: nem kereshető, leiratkozott
        ~contact: kapcsolat, ügyfél, személy, tag, felhasználó, számlázási, vevő, résztvevő, értesítési,
            levelezési, és, vagy, cím, a
        ~primary: elsődleges, fő
        ~work: munkahelyi, irodai, üzleti, céges, hivatali, munkahely
        ~home: otthoni, magán, személyes, lakás, saját, otthon
        ~mobile: mobil
        ~other: egyéb, szállítási, más
        ~second: második, másodlagos
        ~company: cég, céges, központi, vállalati
        other: megszólítás, nem, fax, állapot, osztály, nyelv, forrás, szám, adószám, kor, életkor, dátum,
            születési hely, házszám, becenév, anyja neve, létrehozva, típus, összeg, iparág, ügyfélszám
    """,
    "ro": """
        first_name: prenume, prenumele
        last_name: nume de familie, numele de familie
        full_name: nume complet, nume și prenume, nume prenume, numele complet, persoană de contact, prenume și nume,
            prenume nume, nume client, nume afișat
        name: nume, numele
        email: e mail, email, adresă e mail, adresă email, adresa de e mail, adresa de email, mail, poștă electronică
        phone: telefon, număr de telefon, tel, nr telefon, număr telefon, telefon fix, nr de telefon, numar tel
        mobile: mobil, telefon mobil, celular, număr de mobil, nr mobil
        company: companie, firmă, organizație, societate, nume companie, nume firmă, angajator, denumire firmă,
            denumire, instituție, numele companiei
        title: funcție, post, titlul postului, profesie, ocupație, poziție, funcția, rol, titlu post
        title?: titlu
        street: stradă, adresă, strada, adresa, adresă poștală, strada și numărul, adresă 1, strada nr
        city: oraș, localitate, municipiu, orașul, comună
        state: județ, regiune, stat, provincie, judet sector, judetul
        postal_code: cod poștal, codul poștal, cod zip
        country: țară, țara, cod țară, țară regiune
        website: site web, pagină web, site, website, pagina web, pagina de internet
        birthday: data nașterii, zi de naștere, ziua de naștere, data naștere, născut
        notes: note, observații, comentarii, notițe, mențiuni, comentariu, descriere, observatie
        tags: etichete, categorii, grupuri, cuvinte cheie, etichetă, liste
        ~contact: contact, client, clientului, persoană, membru, utilizator, facturare, de, participant, al, angajat,
            și, sau
        ~primary: principal, principală
        ~work: serviciu, birou, muncă, profesional
        ~home: acasă, personal, domiciliu, personală
        ~mobile: mobil
        ~other: alt, altă, livrare
        ~second: secundar, secundară
        ~company: firmă, companie, companiei, firmei
        other: sex, gen, fax, stare, departament, limbă, sursă, număr, cnp, cui, vârstă, data, data creării,
            locul nașterii, poreclă, tip, sumă, cod client, naționalitate, status
    """,
    "bg": """
        first_name: собствено име, първо име, лично име
        last_name: фамилия, фамилно име, презиме фамилия
        full_name: пълно име, име и фамилия, имена, три имена,
            лице за контакт, име фамилия, име на клиент, трите имена
        name: име
        email: имейл, e mail, email, електронна поща, имейл адрес, ел поща,
            мейл, и мейл, адрес на електронна поща
        phone: телефон, телефонен номер, тел, номер на телефон,
            стационарен телефон, тел номер, телефон за връзка
        mobile: мобилен, мобилен телефон, gsm, джиесем, мобилен номер, гсм
        company: фирма, компания, организация, име на фирма, дружество,
            работодател, име на компания, предприятие
        title: длъжност, позиция, професия, роля
        title?: титла
        street: улица, адрес, адрес 1, пощенски адрес, улица и номер, ул
        city: град, населено място, местоживеене, селище, гр
        state: област, регион, община област, щат
        postal_code: пощенски код, пощ код, п к
        country: държава, страна, код на държава
        website: уебсайт, сайт, интернет страница, уеб сайт, уеб страница
        birthday: дата на раждане, рожден ден, роден на, рождена дата
        notes: бележки, забележки, коментар, коментари, забележка,
            бележка, описание
        tags: етикети, категории, групи, тагове, ключови думи
        ~contact: контакт, клиент, лице, член, потребител, за контакт, на,
            фактуриране, и, или
        ~primary: основен, главен
        ~work: служебен, работен, офис, работа
        ~home: домашен, личен, дом
        ~mobile: мобилен
        ~other: друг, доставка
        ~second: втори, допълнителен
        ~company: фирма, фирмен
        other: пол, факс, статус, отдел, език, източник, номер, егн,
            булстат, еик, възраст, дата, обръщение, презиме, тип, сума,
            националност, място на раждане
    """,
    "hr": """
        first_name: ime, osobno ime, vlastito ime, lično ime, име
        last_name: prezime, презиме
        full_name: puno ime, ime i prezime, prezime i ime, kontakt osoba, osoba za kontakt, ime prezime, prezime ime,
            име и презиме, naziv klijenta, пуно име
        email: e pošta, e mail, email, adresa e pošte, e mail adresa, elektronička pošta, mail, email adresa,
            имејл, епошта, е пошта
        phone: telefon, broj telefona, telefonski broj, tel, fiksni telefon, kontakt telefon, br tel, телефон,
            број телефона
        mobile: mobitel, mobilni telefon, broj mobitela, mobilni, gsm, mob, мобилни,
            мобилни телефон
        company: tvrtka, poduzeće, firma, kompanija, naziv tvrtke, organizacija, preduzeće, poslodavac, ime tvrtke,
            naziv firme, компанија, фирма, предузеће, ustanova
        company?: naziv
        title: radno mjesto, funkcija, zanimanje, pozicija, titula posla, radna pozicija, uloga, радно место,
            позиција, dužnost
        title?: titula
        street: ulica, adresa, ulica i broj, ulica i kućni broj, адреса, улица, adresa stanovanja
        city: grad, mjesto, naselje, mesto, место, град, grad mjesto, mjesto stanovanja
        state: županija, regija, pokrajina, okrug, savezna država
        postal_code: poštanski broj, pošt broj, поштански број, p b
        country: država, zemlja, држава, земља, kod države
        website: web stranica, web, internet stranica, mrežna stranica, веб сајт, web mjesto, web sjedište, sajt
        birthday: datum rođenja, rođendan, датум рођења, rođen, dat rođenja
        notes: napomene, bilješke, komentar, napomena, komentari, opis, напомена, bilješka, beleške
        tags: oznake, kategorije, grupe, ključne riječi, oznaka, skupine
        ~contact: kontakt, klijent, osoba, član, korisnik, kupac, za, člana, kupca, klijenta, polaznik, i, ili, adresa
        ~primary: glavni, primarni, primarna
        ~work: poslovni, posao, ured, službeni, poslovna
        ~home: kućni, privatni, osobni, kuća, privatna
        ~mobile: mobilni
        ~other: drugi, dostava, ostali
        ~second: sekundarni, dodatni
        ~company: tvrtka, tvrtke, firme
        other: spol, pol, faks, fax, status, odjel, jezik, izvor, broj, oib, jmbg, pib, dob, datum, oslovljavanje,
            nadimak, mjesto rođenja, tip, iznos, državljanstvo, kućni broj, općina
    """,
    "sl": """
        first_name: ime, osebno ime
        last_name: priimek
        full_name: polno ime, ime in priimek, priimek in ime, kontaktna oseba, ime priimek, celotno ime
        email: e pošta, e naslov, elektronska pošta, e mail, email, e poštni naslov, elektronski naslov, naslov e pošte
        phone: telefon, telefonska številka, tel, tel številka, stacionarni telefon, telefonska št, tel št
        mobile: mobilni telefon, mobitel, gsm, mobilna številka, mobilni
        company: podjetje, naziv podjetja, organizacija, družba, delodajalec, ime podjetja, ustanova
        company?: naziv
        title: delovno mesto, funkcija, poklic, položaj, naziv delovnega mesta, vloga
        street: ulica, naslov, ulica in hišna številka, ulica in številka, ulica in hišna št
        city: mesto, kraj, pošta, naselje, kraj bivanja, občina
        state: regija, pokrajina, zvezna država
        postal_code: poštna številka, poštna št, pošt št
        country: država, koda države
        website: spletna stran, spletno mesto, splet, spletni naslov
        birthday: datum rojstva, rojstni dan, rojen, rojstni datum
        notes: opombe, zapiski, komentar, opomba, komentarji, opis
        tags: oznake, kategorije, skupine, ključne besede
        ~contact: kontakt, stranka, oseba, član, uporabnik, kontaktni, stranke, člana, udeleženec, in, ali
        ~primary: glavni, primarni
        ~work: službeni, služba, delo, poslovni
        ~home: domači, osebni, dom, zasebni
        ~mobile: mobilni
        ~other: drug, dostava, ostalo
        ~second: drugi, dodatni
        ~company: podjetje, podjetja
        other: spol, faks, status, oddelek, jezik, vir, številka, davčna številka, emšo, starost, datum,
            hišna številka, vzdevek, kraj rojstva, tip, znesek
    """,
    "el": """
        first_name: μικρό όνομα, κύριο όνομα
        last_name: επώνυμο, επίθετο
        full_name: ονοματεπώνυμο, πλήρες όνομα, όνομα και επώνυμο,
            υπεύθυνος επικοινωνίας, όνομα επώνυμο, επώνυμο όνομα,
            όνομα πελάτη, επαφή
        name: όνομα
        email: email, e mail, ηλεκτρονικό ταχυδρομείο, διεύθυνση email,
            ηλ ταχυδρομείο, διεύθυνση ηλεκτρονικού ταχυδρομείου, mail,
            διεύθυνση e mail
        phone: τηλέφωνο, τηλ, αριθμός τηλεφώνου, σταθερό, σταθερό τηλέφωνο,
            τηλέφωνο επικοινωνίας, τηλ επικοινωνίας
        mobile: κινητό, κινητό τηλέφωνο, αριθμός κινητού, κιν
        company: εταιρεία, εταιρία, επωνυμία, οργανισμός, επιχείρηση,
            εργοδότης, όνομα εταιρείας, επωνυμία εταιρείας
        title: θέση, θέση εργασίας, επάγγελμα, ιδιότητα, ρόλος, τίτλος θέσης,
            τίτλος εργασίας
        title?: τίτλος
        street: οδός, διεύθυνση, οδός και αριθμός, διεύθυνση 1,
            ταχυδρομική διεύθυνση, οδός αριθμός
        city: πόλη, δήμος, περιοχή πόλη
        state: νομός, περιφέρεια, περιοχή, πολιτεία
        postal_code: ταχυδρομικός κώδικας, τκ, τ κ, ταχ κώδικας
        country: χώρα, κωδικός χώρας
        website: ιστοσελίδα, ιστότοπος, ιστοχώρος, site
        birthday: ημερομηνία γέννησης, γενέθλια, ημ γέννησης, ημνία γέννησης
        notes: σημειώσεις, σχόλια, παρατηρήσεις, σχόλιο, παρατήρηση,
            περιγραφή
        tags: ετικέτες, κατηγορίες, ομάδες, λέξεις κλειδιά, κατηγορία
        ~contact: επικοινωνίας, πελάτη, πελάτης, μέλος, μέλους, επαφής, χρήστη,
            χρέωσης, και, ή
        ~primary: κύριο, κύρια
        ~work: εργασίας, γραφείου, επαγγελματικό, εργασία
        ~home: οικίας, σπιτιού, προσωπικό, κατοικίας
        ~mobile: κινητό
        ~other: άλλο, αποστολής
        ~second: δεύτερο, εναλλακτικό
        ~company: εταιρείας, εταιρικό
        other: φύλο, φαξ, κατάσταση, τμήμα, γλώσσα, πηγή, αριθμός, αφμ, δου,
            ηλικία, ημερομηνία, προσφώνηση, όνομα πατρός, πατρώνυμο, τύπος,
            ποσό, υπηκοότητα
    """,
    "tr": """
        first_name: ad, isim, adı, ilk ad, önad, adi
        last_name: soyad, soyadı, soy ad, soyisim, soy isim, soy adı
        full_name: ad soyad, adı soyadı, tam ad, isim soyisim, ad soyadı, yetkili kişi, ad ve soyad, görünen ad,
            müşteri adı, tam adı, kişi adı, isim soyad, ilgili kişi, yetkili
        email: e posta, eposta, e mail, email, e posta adresi, mail, elektronik posta, mail adresi, eposta adresi,
            email adresi
        phone: telefon, telefon numarası, tel, telefon no, tel no, sabit telefon, telefon no su, irtibat telefonu,
            iletişim numarası
        mobile: cep, cep telefonu, cep tel, gsm, mobil, mobil telefon, cep no, gsm no, cep numarası
        company: şirket, firma, kurum, şirket adı, firma adı, kuruluş, işyeri, organizasyon, firma ünvanı,
            kurum adı, işveren, şirket ünvanı, iş yeri
        title: ünvan, unvan, görev, pozisyon, iş unvanı, meslek, görevi, mesleği, iş ünvanı, rol
        street: adres, sokak, cadde, açık adres, adres satırı 1, adres 1, cadde sokak, sokak adresi, posta adresi,
            adresi
        city: şehir, kent, il ilçe, yaşadığı şehir, şehir adı
        state: il, eyalet, bölge, eyalet il, vilayet, eyalet bölge
        postal_code: posta kodu, pk, zip kodu
        country: ülke, ülke kodu, ülke bölge, ülkesi
        website: web sitesi, internet sitesi, web, web sayfası, site, internet adresi, web adresi
        birthday: doğum tarihi, doğum günü, doğum t, d tarihi
        notes: notlar, açıklama, not, yorumlar, yorum, açıklamalar
        tags: etiketler, kategoriler, gruplar, kategori, etiket, anahtar kelimeler, grup
        ~contact: kişi, müşteri, üye, kullanıcı, fatura, iletişim, katılımcı, çalışan, müşterinin, abone, ve,
            veya, adresi
        ~primary: birincil, ana
        ~work: iş, ofis, kurumsal, is
        ~home: ev, kişisel, özel
        ~mobile: cep, mobil
        ~other: diğer, teslimat, sevk
        ~second: ikinci, ikincil, alternatif
        ~company: şirket, firma, kurum
        other: cinsiyet, faks, durum, departman, dil, kaynak, numara, tc kimlik no, vergi no, yaş, tarih, ilçe, hitap,
            medeni durum, vergi dairesi, kayıt tarihi, oluşturulma tarihi, müşteri no, uyruk, doğum yeri, sektör,
            tutar, mahalle, ikinci ad
    """,
    "ru": """
        first_name: имя собственное, личное имя
        last_name: фамилия
        full_name: фио, ф и о, полное имя, имя и фамилия,
            фамилия имя отчество, фамилия имя, контактное лицо,
            имя фамилия, отображаемое имя, имя клиента, фио клиента,
            фамилия и имя, имя контакта
        name: имя
        email: email, e mail, электронная почта, почта, эл почта,
            адрес электронной почты, имейл, емейл, мейл, адрес эл почты,
            e mail адрес, электронный адрес, эл адрес, email адрес
        phone: телефон, номер телефона, тел, контактный телефон,
            тел номер, стационарный телефон, телефоны,
            телефон для связи, номер тел
        mobile: мобильный, мобильный телефон, сотовый, моб телефон, моб,
            сотовый телефон, моб тел, номер мобильного,
            мобильный номер, переносной, телефон переносной
        company: компания, организация, фирма, название компании,
            предприятие, работодатель, наименование организации,
            место работы, название организации,
            наименование компании, юрлицо, юридическое лицо,
            контрагент
        title: должность, позиция, профессия, роль, род занятий
        street: улица, адрес, почтовый адрес, улица дом, адрес 1,
            адрес проживания, улица и дом, адресная строка 1,
            домашний адрес
        city: город, населенный пункт, нас пункт, город проживания
        state: область, регион, край, республика, штат, область край,
            регион область, субъект рф
        postal_code: индекс, почтовый индекс, zip код
        country: страна, код страны, государство, страна регион
        website: сайт, веб сайт, вебсайт, интернет сайт, url, веб страница,
            адрес сайта, сайт компании
        birthday: дата рождения, день рождения, др, родился, д р,
            д рождения
        notes: примечания, примечание, комментарий, заметки,
            комментарии, описание, заметка,
            дополнительная информация, доп информация
        tags: теги, метки, категории, группы, категория, ярлыки,
            ключевые слова, группа, списки, тег
        do_not_contact: не звонить, не беспокоить, отписан
        ~contact: контакт, клиент, клиента, контакта, человек, участник,
            участника, пользователь, пользователя, плательщика,
            контактный, контактная, сотрудника, покупателя,
            подписчика, почтовый, заказчика, получателя, или, и
        ~primary: основной, главный, основная
        ~work: рабочий, рабочая, офис, служебный, рабочие, раб, раб адрес,
            рабочий адрес
        ~home: домашний, личный, дом, личная, домашняя, дом адрес,
            домашний адрес
        ~mobile: мобильный, сотовый
        ~other: другой, доставки, прочий, другая
        ~second: второй, дополнительный, доп, дополнительная
        ~company: компании, организации, фирмы
        other: отчество, пол, факс, статус, отдел, язык, источник, номер,
            инн, кпп, огрн, снилс, возраст, дата, обращение,
            ответственный, дата создания, дата регистрации, тип, сумма,
            город рождения, гражданство, место рождения, паспорт,
            квартира, корпус, сегмент, менеджер
    """,
    "uk": """
        first_name: власне імя, імя власне
        last_name: прізвище
        full_name: піб, п і б, повне імя, імя та прізвище,
            прізвище імя по батькові, прізвище імя, прізвище та імя,
            контактна особа, імя прізвище, імя клієнта, піб клієнта,
            імя і прізвище
        name: імя, ім я, імʼя
        email: email, e mail, електронна пошта, ел пошта, пошта,
            адреса електронної пошти, імейл, емейл, мейл,
            електронна адреса, ел адреса
        phone: телефон, номер телефону, тел, контактний телефон,
            стаціонарний телефон, телефони
        mobile: мобільний, мобільний телефон, моб телефон, моб, моб тел,
            мобільний номер
        company: компанія, організація, фірма, назва компанії, підприємство,
            роботодавець, місце роботи, назва організації, контрагент
        title: посада, позиція, професія, роль
        street: вулиця, адреса, поштова адреса, вулиця будинок, адреса 1,
            адреса проживання, вулиця і будинок
        city: місто, населений пункт, нас пункт
        state: область, регіон, край, штат
        postal_code: індекс, поштовий індекс
        country: країна, код країни, держава
        website: сайт, веб сайт, вебсайт, інтернет сторінка, вебсторінка
        birthday: дата народження, день народження, д н
        notes: примітки, примітка, коментар, нотатки, коментарі, опис,
            нотатка
        tags: теги, мітки, категорії, групи, категорія, ключові слова,
            група
        ~contact: контакт, клієнт, клієнта, контакту, особа, учасник,
            учасника, користувач, користувача, контактний, покупця,
            замовника, працівника, або, і, та
        ~primary: основний, головний
        ~work: робочий, робоча, службовий, офіс, роб, роб адреса,
            робоча адреса
        ~home: домашній, особистий, дім, особиста, дом адреса,
            домашня адреса
        ~mobile: мобільний
        ~other: інший, доставки
        ~second: другий, додатковий
        ~company: компанії, організації
        other: по батькові, стать, факс, статус, відділ, мова, джерело,
            номер, іпн, єдрпоу, вік, дата, звертання, дата створення,
            дата реєстрації, тип, сума, відповідальний, громадянство,
            місце народження
    """,
    "et": """
        first_name: eesnimi, eesnimed
        last_name: perekonnanimi, perenimi
        full_name: täisnimi, ees ja perekonnanimi, kontaktisik, täielik nimi
        name: nimi
        email: e post, e posti aadress, meil, email, e mail, meiliaadress, epost
        phone: telefon, telefoninumber, tel, telefoni number, lauatelefon
        mobile: mobiil, mobiiltelefon, mobiilinumber, mobiili number
        company: ettevõte, firma, organisatsioon, asutus, ettevõtte nimi, tööandja
        title: ametikoht, amet, ametinimetus, positsioon, roll
        street: tänav, aadress, tänav ja maja number, postiaadress
        city: linn, asula, linn vald
        state: maakond, piirkond, osariik
        postal_code: postiindeks, sihtnumber, postikood
        country: riik, riigi kood, maa
        website: veebileht, koduleht, veebisait, veeb, kodulehekülg
        birthday: sünniaeg, sünnipäev, sünnikuupäev
        notes: märkused, kommentaarid, kommentaar, märkus, märkmed
        tags: sildid, kategooriad, rühmad, märksõnad
        ~contact: kontakt, klient, kliendi, isik, liige, kasutaja
        ~work: töö, töö juures
        ~home: kodu, isiklik
        ~company: ettevõtte
        other: sugu, faks, staatus, osakond, keel, allikas, number, isikukood, vanus, kuupäev, loodud
    """,
    "lv": """
        first_name: vārds
        last_name: uzvārds
        full_name: pilns vārds, vārds uzvārds, vārds un uzvārds, kontaktpersona, vārds, uzvārds
        email: e pasts, epasts, e pasta adrese, email, e mail
        phone: tālrunis, telefons, tālruņa numurs, tel, tālr, telefona numurs
        mobile: mobilais, mobilais tālrunis, mobilais telefons, mob tālrunis
        company: uzņēmums, firma, organizācija, uzņēmuma nosaukums, darba vieta, darba devējs
        company?: nosaukums
        title: amats, profesija, amata nosaukums
        street: iela, adrese, ielas nosaukums, pasta adrese
        city: pilsēta, apdzīvota vieta
        state: novads, reģions, rajons
        postal_code: pasta indekss, indekss
        country: valsts, valsts kods
        website: mājaslapa, tīmekļa vietne, mājas lapa, tīmekļvietne
        birthday: dzimšanas datums, dzimšanas diena, dz datums
        notes: piezīmes, komentāri, komentārs, piezīme
        tags: birkas, kategorijas, grupas, atslēgvārdi
        ~contact: kontakts, klients, klienta, persona, biedrs
        ~work: darba, darbs
        ~home: mājas, personīgais
        ~company: uzņēmuma
        other: dzimums, fakss, statuss, nodaļa, valoda, avots, numurs, personas kods, vecums, datums
    """,
    "lt": """
        first_name: vardas
        last_name: pavardė
        full_name: vardas pavardė, vardas ir pavardė, pilnas vardas, kontaktinis asmuo, vardas, pavardė
        email: el paštas, elektroninis paštas, el pašto adresas, email, e mail, el p
        phone: telefonas, telefono numeris, tel, tel nr, telefono nr, tel numeris
        mobile: mobilusis, mobilusis telefonas, mob telefonas, mob tel, mobilus telefonas
        company: įmonė, kompanija, organizacija, įmonės pavadinimas, bendrovė, darbovietė, darbdavys
        company?: pavadinimas
        title: pareigos, profesija, pareigybė
        street: gatvė, adresas, gatvė ir namo numeris, pašto adresas
        city: miestas, gyvenvietė
        state: apskritis, regionas, rajonas, savivaldybė
        postal_code: pašto kodas, pašto indeksas
        country: šalis, valstybė, šalies kodas
        website: svetainė, interneto svetainė, tinklalapis, tinklapis
        birthday: gimimo data, gimtadienis, gimimo diena
        notes: pastabos, komentarai, komentaras, pastaba
        tags: žymos, kategorijos, grupės, raktažodžiai
        ~contact: kontaktas, klientas, kliento, asmuo, narys
        ~work: darbo, darbas
        ~home: namų, asmeninis
        ~company: įmonės
        other: lytis, faksas, būsena, skyrius, kalba, šaltinis, numeris, asmens kodas, amžius, data
    """,
    "ca": """
        first_name: nom de pila
        last_name: cognom, cognoms, primer cognom
        full_name: nom complet, nom i cognoms, nom i cognom, cognoms i nom
        email: correu electrònic, correu, adreça electrònica
        phone: telèfon, telèfon fix, número de telèfon
        mobile: mòbil, telèfon mòbil
        company: empresa, companyia, organització, raó social
        title: càrrec, professió, lloc de treball
        street: adreça, carrer, domicili, adreça postal
        city: ciutat, població, municipi, localitat
        state: província, comarca
        postal_code: codi postal
        country: país
        website: lloc web, pàgina web
        birthday: data de naixement, aniversari
        notes: notes, observacions, comentaris
        tags: etiquetes, categories, grups
        ~work: feina, oficina
        ~home: casa, particular
    """,
    "ga": """
        first_name: ainm baiste, céadainm
        last_name: sloinne
        full_name: ainm iomlán, ainm agus sloinne
        name: ainm
        email: ríomhphost, seoladh ríomhphoist, r phost
        phone: fón, guthán, uimhir fóin, uimhir theileafóin, teileafón, uimhir ghutháin
        mobile: fón póca, guthán póca, fón soghluaiste
        company: comhlacht, cuideachta, eagraíocht, ainm an chomhlachta
        title: teideal poist, post, gairm
        street: seoladh, sráid, líne seolta 1
        city: cathair, baile
        state: contae, cúige
        postal_code: cód poist, éirchód
        country: tír
        website: suíomh gréasáin, láithreán gréasáin
        birthday: dáta breithe, lá breithe
        notes: nótaí, tuairimí, nóta
        tags: clibeanna, catagóirí
    """,
    "mt": """
        first_name: isem proprju
        last_name: kunjom
        full_name: isem u kunjom, isem sħiħ
        name: isem
        email: indirizz elettroniku, indirizz email, posta elettronika, imejl
        phone: telefon, numru tat telefon, tel
        mobile: mowbajl, numru tal mowbajl, ċellulari
        company: kumpanija, organizzazzjoni, isem il kumpanija
        title: kariga, pożizzjoni, xogħol
        street: triq, indirizz
        city: belt, lokalità, raħal
        state: reġjun
        postal_code: kodiċi postali, kodiċi tal posta
        country: pajjiż
        website: websajt, sit elettroniku, sit web
        birthday: data tat twelid, għeluq is snin
        notes: noti, kummenti, rimarki
        tags: tikketti, kategoriji
    """,
    "he": """
        first_name: שם פרטי, פרטי
        last_name: שם משפחה, משפחה
        full_name: שם מלא, איש קשר, שם פרטי ומשפחה, שם ושם משפחה, שם לקוח, שם איש קשר, שם הלקוח
        name: שם
        email: דואל, דוא ל, אימייל, מייל, כתובת מייל, כתובת אימייל, דואר אלקטרוני, כתובת דואל, כתובת דוא ל, אי מייל,
            כתובת דואר אלקטרוני
        phone: טלפון, מספר טלפון, טל, טלפון קווי, מס טלפון, טלפון נייח
        mobile: נייד, טלפון נייד, סלולרי, טלפון סלולרי, פלאפון, מספר נייד, סלולר, מס נייד
        company: חברה, שם חברה, ארגון, שם החברה, מקום עבודה, מעסיק, עסק, שם העסק, שם ארגון
        title: תפקיד, תואר תפקיד, מקצוע, משרה, הגדרת תפקיד, עיסוק
        street: רחוב, כתובת, רחוב ומספר, כתובת מגורים, כתובת למשלוח דואר, שם רחוב
        city: עיר, ישוב, יישוב, עיר מגורים, שם ישוב
        state: מחוז, אזור, מדינה פדרלית
        postal_code: מיקוד, מיקוד דואר
        country: מדינה, ארץ, קוד מדינה
        website: אתר, אתר אינטרנט, כתובת אתר, אתר הבית
        birthday: תאריך לידה, יום הולדת, ת לידה
        notes: הערות, הערה, תיאור, מידע נוסף
        tags: תגיות, קטגוריות, קבוצות, תוויות, תגית, קטגוריה
        ~contact: לקוח, איש, קשר, חבר, משתמש, של, הלקוח, חיוב
        ~primary: ראשי
        ~work: עבודה, משרד, בעבודה
        ~home: בית, פרטי, בבית
        ~mobile: נייד
        ~other: אחר, משלוח
        ~second: נוסף, שני, משני
        ~company: חברה, החברה
        other: מין, פקס, סטטוס, מחלקה, שפה, מקור, מספר, תעודת זהות, ת ז, ח פ, גיל, תאריך, תואר, כינוי, מצב משפחתי, סוג,
            סכום
    """,
    "ar": """
        first_name: الاسم الأول, الإسم الأول, الاسم الاول, اسم أول
        last_name: اسم العائلة, الاسم الأخير, اللقب, الكنية, إسم العائلة, الاسم الاخير, الشهرة, لقب العائلة
        full_name: الاسم الكامل, الإسم الكامل, الاسم بالكامل, جهة الاتصال, اسم العميل, الاسم واللقب, الاسم الثلاثي,
            اسم جهة الاتصال, اسم الزبون
        name: الاسم, اسم, الإسم
        email: البريد الإلكتروني, بريد إلكتروني, الإيميل, ايميل, عنوان البريد الإلكتروني, البريد الالكتروني, إيميل,
            الايميل, البريد
        phone: الهاتف, رقم الهاتف, هاتف, تلفون, رقم التلفون, التليفون, تليفون, رقم التليفون, التلفون, الهاتف الثابت,
            رقم الاتصال
        mobile: الجوال, رقم الجوال, الموبايل, الهاتف المحمول, جوال, محمول, موبايل, المحمول, رقم الموبايل,
            الهاتف الجوال, الهاتف النقال, النقال, رقم المحمول
        company: الشركة, اسم الشركة, المؤسسة, شركة, المنظمة, جهة العمل, اسم المؤسسة, مكان العمل
        title: المسمى الوظيفي, الوظيفة, المنصب, المهنة, اللقب الوظيفي, وظيفة
        street: الشارع, العنوان, شارع, عنوان, العنوان البريدي, عنوان الشارع, عنوان السكن
        city: المدينة, مدينة, البلدة
        state: المحافظة, المنطقة, الولاية, محافظة, الإقليم, المقاطعة, الإمارة, ولاية, منطقة
        postal_code: الرمز البريدي, رمز بريدي, الكود البريدي
        country: الدولة, البلد, دولة, رمز الدولة, بلد
        website: الموقع الإلكتروني, الموقع, موقع إلكتروني, موقع الويب, الموقع الالكتروني, موقع
        birthday: تاريخ الميلاد, تاريخ الولادة, عيد الميلاد, يوم الميلاد
        notes: ملاحظات, ملاحظة, تعليقات, الملاحظات, تعليق, الوصف
        tags: الوسوم, التصنيفات, التصنيف, العلامات, المجموعات, وسوم, الفئة, الفئات, التسميات
        ~contact: العميل, الشخص, العضو, المستخدم, الزبون, المشترك, الفاتورة, الموظف
        ~primary: الرئيسي, الأساسي
        ~work: العمل, المكتب, عمل
        ~home: المنزل, الشخصي, البيت, منزل
        ~mobile: الجوال, المحمول
        ~other: آخر, الشحن, أخرى
        ~second: الثاني, إضافي, البديل, الثانوي
        ~company: الشركة
        other: الجنس, الفاكس, فاكس, الحالة, القسم, اللغة, المصدر, الرقم, العمر, التاريخ, الجنسية, رقم الهوية,
            تاريخ التسجيل, المبلغ, النوع, الحي, اسم الأب
    """,
    "fa": """
        first_name: نام کوچک
        last_name: نام خانوادگی, فامیلی, فامیل
        full_name: نام و نام خانوادگی, نام کامل
        name: نام
        email: ایمیل, پست الکترونیک, آدرس ایمیل, رایانامه
        phone: تلفن, شماره تلفن, شماره تماس, تلفن ثابت
        mobile: موبایل, تلفن همراه, شماره موبایل, همراه, شماره همراه
        company: شرکت, نام شرکت, سازمان
        title: سمت, عنوان شغلی, شغل
        street: آدرس, نشانی, خیابان
        city: شهر
        state: استان
        postal_code: کد پستی, کدپستی
        country: کشور
        website: وب سایت, وبسایت, سایت
        birthday: تاریخ تولد
        notes: یادداشت, توضیحات
        tags: برچسب, برچسب ها
    """,
    "hi": """
        first_name: पहला नाम, प्रथम नाम
        last_name: उपनाम, अंतिम नाम, कुलनाम, सरनेम
        full_name: पूरा नाम, संपर्क नाम, ग्राहक का नाम, नाम और उपनाम
        name: नाम
        email: ईमेल, ई मेल, ईमेल पता, ईमेल आईडी, ई मेल पता
        phone: फोन, फ़ोन, फोन नंबर, दूरभाष, टेलीफोन, संपर्क नंबर, फ़ोन नंबर, संपर्क, फोन न, फ़ोन न, दूरभाष संख्या
        mobile: मोबाइल, मोबाइल नंबर, मोबाइल न, मोबाइल फोन
        company: कंपनी, कंपनी का नाम, संगठन, संस्था, फर्म, नियोक्ता, संस्था का नाम
        title: पद, पदनाम, पेशा, व्यवसाय, नौकरी का पद
        street: पता, सड़क, गली, डाक पता, गली का पता
        city: शहर, नगर, कस्बा
        state: राज्य, प्रदेश, प्रांत
        postal_code: पिन कोड, पिनकोड, डाक कोड, पिन
        country: देश, देश का नाम
        website: वेबसाइट, वेब साइट, वेब पता
        birthday: जन्म तिथि, जन्मतिथि, जन्मदिन, जन्म दिनांक, जन्म की तारीख
        notes: टिप्पणी, नोट्स, टिप्पणियाँ, नोट, विवरण, टिप्पणियां
        tags: टैग, श्रेणी, श्रेणियाँ, समूह
        ~contact: संपर्क, ग्राहक, व्यक्ति, सदस्य, का, की
        ~work: कार्यालय, काम, ऑफिस
        ~home: घर, निजी, घर का
        ~company: कंपनी
        other: लिंग, फैक्स, स्थिति, विभाग, भाषा, स्रोत, आयु, दिनांक, जिला, तारीख, क्रमांक
    """,
    "ja": """
        first_name: 名, 名前名, 下の名前, ファーストネーム, 名 漢字, お名前 名, 氏名 名
        last_name: 姓, 苗字, 名字, ラストネーム, 姓 漢字, 氏, お名前 姓, 氏名 姓
        full_name: 氏名, お名前, 名前, フルネーム, 担当者名, 担当者, ご担当者名, 顧客名, 表示名, 姓名, ご氏名,
            氏名 漢字, 会員名, お客様名, 担当者氏名, 連絡先名, ご担当者
        email: メールアドレス, メール, eメール, 電子メール, email, e mail, メアド, eメールアドレス, 電子メールアドレス,
            mailアドレス, e mailアドレス
        phone: 電話番号, 電話, tel, 連絡先電話番号, 固定電話, お電話番号, 代表電話, ご連絡先, 直通電話, 連絡先, 直通
        mobile: 携帯電話, 携帯番号, 携帯, 携帯電話番号, モバイル, スマホ, 携帯tel
        company: 会社名, 会社, 企業名, 法人名, 勤務先, 組織名, 団体名, 所属, 会社組織名, 貴社名, 御社名, 取引先名,
            取引先, 組織, 勤務先名, 所属会社, 企業
        title: 役職, 職位, 肩書, 肩書き, 職種, 職業, 役職名, ポジション
        street: 住所, 番地, 町名番地, 住所1, 町域番地, ご住所, 所在地, 番地以下, 町域, 丁目番地, 町村番地
        city: 市区町村, 市町村, 都市, 市, 市区, 市郡区, 市区郡
        state: 都道府県, 県, 州, 都道府県名, 地域
        postal_code: 郵便番号, 〒, 郵便
        country: 国, 国名, 国地域, 国コード
        website: ウェブサイト, ホームページ, url, サイト, webサイト, hp, ウェブ, ホームページurl, webページ
        birthday: 生年月日, 誕生日, お誕生日
        notes: 備考, メモ, ノート, コメント, 備考欄, 特記事項, 摘要
        tags: タグ, ラベル, カテゴリ, グループ, 分類, カテゴリー, キーワード
        do_not_contact: 配信停止, 連絡不可
        ~contact: 顧客, 連絡先, お客様, 会員, 担当者, ご, お, の, 取引先責任者, 請求先, 個人, 本人, 参加者, 郵送先, 値
        ~primary: 主, 代表, 優先, メイン
        ~work: 勤務先, 会社, 仕事, 職場, オフィス, 業務用
        ~home: 自宅, 個人, 家, プライベート
        ~mobile: 携帯
        ~other: その他, 配送先, 送付先
        ~second: 予備, サブ, 副
        ~company: 会社, 法人
        other: 性別, ファックス, ファックス番号, fax, fax番号, 状態, ステータス, 部署, 部署名, 部門, 言語, ソース,
            番号, 年齢, 日付, 敬称, フリガナ, ふりがな, セイ, メイ, カナ, 姓カナ, 名カナ, 氏名カナ, 氏名フリガナ,
            会社名カナ, 建物名, 登録日, 作成日, 更新日, 顧客番号, 会員番号, 種別, 金額, id, ビル名, マンション名, 建物,
            ローマ字, かな, よみ, 国籍, 業種, 担当営業
    """,
    "ko": """
        first_name: 이름명
        last_name: 성, 성씨
        full_name: 성명, 전체 이름, 담당자, 담당자명, 고객명, 성함, 담당자 이름, 회원명, 고객 이름, 성 이름, 표시 이름
        name: 이름
        email: 이메일, 메일, 이메일 주소, 전자우편, 메일 주소, e메일, 전자메일, 전자 메일 주소, 전자 메일
        phone: 전화번호, 전화, 연락처, 유선전화, 전화 번호, 일반전화, 대표전화, 연락 전화번호, 유선 번호
        mobile: 휴대폰, 휴대전화, 핸드폰, 휴대폰 번호, 핸드폰 번호, 휴대전화번호, 모바일, 휴대 전화, 모바일 번호
        company: 회사, 회사명, 업체명, 기업명, 기관명, 소속, 조직, 직장, 상호, 단체명, 회사 이름, 직장명, 거래처,
            거래처명, 소속기관
        title: 직책, 직위, 직함, 직급, 직업, 직무
        street: 주소, 도로명주소, 상세주소 포함 주소, 거리, 도로명 주소, 주소1, 기본주소, 도로명, 번지, 집주소
        city: 도시, 시군구, 시, 시 군 구, 구군
        state: 시도, 도, 주, 지역, 시 도, 광역시도
        postal_code: 우편번호, 우편 번호
        country: 국가, 나라, 국가명, 국가 코드, 국가 지역
        website: 웹사이트, 홈페이지, 웹 사이트, 사이트, 웹페이지, 홈페이지 주소
        birthday: 생년월일, 생일, 출생일
        notes: 비고, 메모, 참고, 노트, 특이사항, 코멘트, 설명, 참고사항
        tags: 태그, 분류, 그룹, 카테고리, 라벨, 키워드
        do_not_contact: 수신거부, 연락 금지
        ~contact: 고객, 연락처, 회원, 담당자, 사용자, 청구, 개인, 직원, 참가자
        ~primary: 기본, 대표, 주요
        ~work: 직장, 회사, 사무실, 업무, 근무처
        ~home: 자택, 집, 개인
        ~mobile: 휴대
        ~other: 기타, 배송, 배송지
        ~second: 보조, 추가, 상세
        ~company: 회사, 법인
        other: 성별, 팩스, 팩스번호, 상태, 부서, 부서명, 언어, 출처, 번호, 나이, 날짜, 등록일, 가입일, 생성일,
            고객번호, 회원번호, 사업자등록번호, 구분, 유형, 상세주소, 금액, 호칭, 닉네임, 국적, 아이디, 순번
    """,
    "zh": """
        first_name: 名, 名字, 名称名
        last_name: 姓, 姓氏
        full_name: 姓名, 全名, 联系人姓名, 客户姓名, 中文姓名, 真实姓名, 会员姓名, 收件人, 收货人, 显示名称, 学生姓名,
            员工姓名, 收货人姓名, 联系人, 联系人名称
        email: 邮箱, 电子邮件, 电子邮箱, 邮件, 邮箱地址, 电邮, 电子邮件地址, 邮件地址, email地址, e mail
        phone: 电话, 电话号码, 联系电话, 座机, 固定电话, 联系方式, 固话, 联系号码, 联系人电话
        mobile: 手机, 手机号, 手机号码, 移动电话, 手机号碼, 移动电话号码, 联系手机
        company: 公司, 公司名称, 单位, 工作单位, 企业名称, 单位名称, 机构, 组织, 企业, 公司名, 机构名称, 所属公司,
            就职公司, 客户公司
        company?: 名称, 客户名称
        title: 职位, 职务, 头衔, 岗位, 职称, 职业, 职位名称
        street: 地址, 街道, 详细地址, 街道地址, 通讯地址, 联系地址, 住址, 家庭住址, 收货地址, 街道门牌
        city: 城市, 市, 所在城市, 地级市, 所在市
        state: 省, 省份, 州, 省市, 省州, 所在省份, 地区, 所在省, 省 自治区
        postal_code: 邮编, 邮政编码, 邮码
        country: 国家, 国别, 国家地区, 国家代码, 国家 地区
        website: 网站, 网址, 主页, 公司网站, 官网, 个人主页
        birthday: 生日, 出生日期, 出生年月, 出生年月日
        notes: 备注, 注释, 说明, 附注, 评论, 备注信息, 描述, 其他说明
        tags: 标签, 分类, 类别, 分组, 群组, 组别, 客户标签
        do_not_contact: 拒收, 退订, 请勿联系
        ~contact: 联系人, 会员, 用户, 的, 个人, 联系, 账单, 员工, 参会者, 收货, 客户
        ~primary: 主要, 首选, 默认, 主
        ~work: 工作, 办公, 单位, 公司, 商务
        ~home: 家庭, 住宅, 私人, 家
        ~mobile: 移动
        ~other: 其他, 其它, 送货, 收货
        ~second: 备用, 第二, 次要
        ~company: 公司, 企业
        other: 性别, 传真, 传真号码, 状态, 部门, 语言, 来源, 编号, 序号, 年龄, 日期, 称呼, 昵称, 身份证号, 身份证,
            注册时间, 创建时间, 更新时间, 客户编号, 会员等级, 类型, 金额, 微信, 微信号, qq, 区, 区县, 英文名, 民族,
            国籍, 行业, 负责人, 积分
    """,
    "zh-Hant": """
        first_name: 名, 名字
        last_name: 姓, 姓氏
        full_name: 姓名, 全名, 聯絡人, 聯絡人姓名, 客戶姓名, 中文姓名, 收件人, 真實姓名, 會員姓名, 顯示名稱
        email: 電子郵件, 電郵, 電子信箱, 信箱, 郵箱, 電子郵件地址, 電郵地址, email地址, 電子郵箱
        phone: 電話, 電話號碼, 聯絡電話, 市話, 固定電話, 聯繫電話, 室內電話, 公司電話號碼, 聯絡方式, 連絡電話
        mobile: 手機, 手機號碼, 行動電話, 流動電話, 手提電話, 行動電話號碼, 手機號
        company: 公司, 公司名稱, 單位, 機構, 企業名稱, 服務單位, 組織, 服務公司, 公司行號, 機構名稱, 任職公司
        company?: 名稱, 客戶名稱
        title: 職稱, 職位, 職務, 頭銜, 職業
        street: 地址, 街道, 通訊地址, 聯絡地址, 街道地址, 住址, 詳細地址, 郵寄地址
        city: 城市, 縣市, 市, 鄉鎮市區, 城鎮
        state: 省, 州, 省份, 地區, 州省
        postal_code: 郵遞區號, 郵政編碼, 郵編
        country: 國家, 國別, 國家地區, 國籍地區, 國家代碼
        website: 網站, 網址, 首頁, 公司網站, 個人網頁
        birthday: 生日, 出生日期, 出生年月日
        notes: 備註, 附註, 說明, 註解, 備注
        tags: 標籤, 分類, 類別, 群組, 組別
        ~contact: 聯絡人, 客戶, 會員, 用戶, 的, 個人, 聯絡, 帳單
        ~primary: 主要, 首選
        ~work: 工作, 辦公室, 公司, 商務, 辦公
        ~home: 住家, 家庭, 私人, 住宅
        ~mobile: 行動
        ~other: 其他, 送貨, 收貨
        ~second: 備用, 第二, 次要
        ~company: 公司, 企業
        other: 性別, 傳真, 傳真號碼, 狀態, 部門, 語言, 來源, 編號, 年齡, 日期, 稱謂, 暱稱, 身分證字號, 統一編號,
            建立日期, 註冊日期, 類型, 金額, 英文姓名, 序號, 國籍, 區
    """,
    "id": """
        first_name: nama depan, nama awal
        last_name: nama belakang, nama keluarga, nama akhir, marga
        full_name: nama lengkap, nama kontak, nama pelanggan, nama penerima, nama anggota, nama peserta, narahubung
        name: nama
        email: email, surel, alamat email, e mail, alamat surel, pos el
        phone: telepon, nomor telepon, no telepon, telp, no telp, nomor telp, telpon, nomor kontak, no tlp, kontak
        mobile: hp, no hp, nomor hp, ponsel, handphone, nomor ponsel, no handphone, seluler, no wa, nomor wa,
            nomor whatsapp, telefon bimbit
        company: perusahaan, nama perusahaan, organisasi, instansi, lembaga, syarikat, kantor nama, nama instansi
        title: jabatan, posisi, pekerjaan, profesi
        street: alamat, jalan, alamat lengkap, alamat jalan, alamat rumah
        city: kota, kota kabupaten, bandar, kabupaten kota
        state: provinsi, propinsi, negara bagian, wilayah, negeri
        postal_code: kode pos, kodepos, poskod
        country: negara, kode negara
        website: situs web, website, situs, laman web
        birthday: tanggal lahir, tgl lahir, ulang tahun, tarikh lahir
        notes: catatan, keterangan, komentar, nota
        tags: label, kategori, tag, grup, kelompok
        ~contact: kontak, pelanggan, orang, anggota, pengguna, penagihan, peserta
        ~primary: utama
        ~work: kantor, kerja
        ~home: rumah, pribadi
        ~other: lain, lainnya, pengiriman
        ~second: kedua, alternatif
        ~company: perusahaan
        other: jenis kelamin, faks, status, departemen, bahasa, sumber, nomor, umur, usia, tanggal, nik, npwp,
            kecamatan, kelurahan, tempat lahir, agama
    """,
    "vi": """
        first_name: tên gọi, tên đệm và tên, tên riêng
        last_name: họ, họ đệm, họ và tên đệm
        full_name: họ và tên, họ tên, tên đầy đủ, người liên hệ, tên khách hàng, tên liên hệ,
            họ tên khách hàng
        name: tên
        email: email, thư điện tử, địa chỉ email, hòm thư, e mail
        phone: điện thoại, số điện thoại, sđt, đt, số đt, điện thoại cố định, số liên hệ, điện thoại bàn
        mobile: di động, điện thoại di động, số di động, đtdđ, đt di động
        company: công ty, tên công ty, tổ chức, cơ quan, doanh nghiệp, đơn vị, nơi làm việc, đơn vị công tác
        title: chức vụ, chức danh, vị trí, nghề nghiệp
        street: địa chỉ, đường, số nhà đường, tên đường, địa chỉ nhà
        city: thành phố, quận huyện thành phố, tp
        state: tỉnh, tỉnh thành, bang, tỉnh thành phố, vùng
        postal_code: mã bưu điện, mã bưu chính, mã zip
        country: quốc gia, nước, đất nước
        website: trang web, website, địa chỉ web
        birthday: ngày sinh, sinh nhật, ngày tháng năm sinh
        notes: ghi chú, chú thích, nhận xét, ghi chú thêm
        tags: nhãn, thẻ, nhóm, danh mục, phân loại
        ~contact: liên hệ, khách hàng, người, thành viên
        ~work: cơ quan, công việc, làm việc
        ~home: nhà, nhà riêng, cá nhân
        ~company: công ty
        other: giới tính, fax, trạng thái, phòng ban, ngôn ngữ, nguồn, số, tuổi, ngày, mã khách hàng, cmnd, cccd,
            quận, huyện, phường, ngày tạo
    """,
    "th": """
        first_name: ชื่อจริง, ชื่อต้น
        last_name: นามสกุล, สกุล
        full_name: ชื่อ นามสกุล, ชื่อเต็ม, ชื่อและนามสกุล, ผู้ติดต่อ, ชื่อลูกค้า, ชื่อสกุล, ชื่อผู้ติดต่อ
        name: ชื่อ
        email: อีเมล, อีเมล์, ที่อยู่อีเมล, อีเมลล์, อีเมลแอดเดรส
        phone: โทรศัพท์, เบอร์โทรศัพท์, เบอร์โทร, หมายเลขโทรศัพท์, เบอร์ติดต่อ, โทร
        mobile: มือถือ, เบอร์มือถือ, โทรศัพท์มือถือ, เบอร์โทรศัพท์มือถือ
        company: บริษัท, ชื่อบริษัท, องค์กร, หน่วยงาน, ที่ทำงาน
        title: ตำแหน่ง, ตำแหน่งงาน, อาชีพ
        street: ที่อยู่, ถนน, บ้านเลขที่
        city: เมือง, อำเภอ, เขต, อำเภอเขต
        state: จังหวัด, รัฐ
        postal_code: รหัสไปรษณีย์
        country: ประเทศ
        website: เว็บไซต์, เว็บไซด์, เว็บ
        birthday: วันเกิด, วันเดือนปีเกิด
        notes: หมายเหตุ, บันทึก, ความคิดเห็น
        tags: แท็ก, ป้ายกำกับ, หมวดหมู่, กลุ่ม
        ~contact: ลูกค้า, ติดต่อ, สมาชิก
        ~work: ที่ทำงาน, งาน
        ~home: บ้าน, ส่วนตัว
        other: เพศ, แฟกซ์, สถานะ, แผนก, ภาษา, อายุ, วันที่, คำนำหน้า, ตำบล, แขวง
    """,
}

# Parts of words that programmers shorten, for headers such as "fName", "orgNm" and "addrLn1".
ABBREVIATIONS: dict[str, str] = {
    "nm": "name",
    "nme": "name",
    "fst": "first",
    "frst": "first",
    "lst": "last",
    "addr": "address",
    "adr": "address",
    "adrs": "address",
    "add": "address",
    "ln": "line",
    "no": "number",
    "nr": "number",
    "num": "number",
    "nbr": "number",
    "cd": "code",
    "ttl": "title",
    "cty": "city",
    "twn": "town",
    "ctry": "country",
    "cntry": "country",
    "cnty": "county",
    "prov": "province",
    "pst": "post",
    "cmpny": "company",
    "comp": "company",
    "co": "company",
    "org": "organization",
    "bus": "business",
    "wk": "work",
    "ofc": "office",
    "hm": "home",
    "mob": "mobile",
    "tel": "telephone",
    "ph": "phone",
    "phn": "phone",
    "eml": "email",
    "em": "email",
    "cust": "customer",
    "cont": "contact",
    "usr": "user",
    "txt": "text",
    "desc": "description",
    "cmt": "comment",
    "st": "state",
    "str": "street",
    "sec": "secondary",
    "pri": "primary",
    "prim": "primary",
    "bday": "birthday",
    "bdate": "birthdate",
    "dt": "date",
    "pos": "position",
    "desig": "designation",
    "lnk": "link",
}
